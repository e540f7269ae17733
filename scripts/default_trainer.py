"""`SFTTrainer` with its own defaults, on the benchmark's rows, and what makes ours fast one by one."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.training.recipe import load_recipe

LEVERS = {
    "bf16_base": "the frozen weights in bf16, no autocast",
    "no_checkpointing": "no gradient checkpointing",
    "answer_loss": "logits of answer positions alone",
    "length_groups": "rows of like length together",
    "uncast_adapters": "adapters without casts of every input",
    "compiled": "compiled decoder layers and plain attention",
}
"""What is done to the default, each alone; docs/decisions/019-fast-training.md."""


def train_default(
    base: Path, out: Path, steps: int, levers: Sequence[str] = (), *, rows: Sequence[Any]
) -> list[float]:
    """Train with the default as it comes but for the `levers`, into `out/adapter`; tokens a second of each
    step after the first. No `steps` means all."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from engine.training.base import load_tokenizer
    from engine.training.hardware import SHORT_ROWS
    from engine.training.lora_sft import AnswerLossTrainer
    from engine.training.quick_layers import cast_adapters, compile_layers
    from engine.training.rows import tokenize_all

    settings, tokenizer = load_recipe("quick").settings, load_tokenizer(base)
    tokenized = tokenize_all(rows, tokenizer, settings["max_length"])
    per_epoch = sum(len(row.input_ids) for row in tokenized)
    times: list[tuple[float, float]] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            times.append((time.perf_counter(), state.epoch))

    masked = [
        {
            "input_ids": row.input_ids,
            "completion_mask": [0] * row.prompt_length + [1] * row.answer_length,
        }
        for row in tokenized
    ]
    chosen: dict[str, Any] = {}
    if "no_checkpointing" in levers:
        chosen["gradient_checkpointing"] = False
    if "bf16_base" in levers:
        chosen["bf16"] = False
    if "length_groups" in levers:
        chosen["train_sampling_strategy"] = "group_by_length"
    loading: dict[str, Any] = {"dtype": "bfloat16"} if "bf16_base" in levers else {}
    if "compiled" in levers:
        loading["attn_implementation"] = SHORT_ROWS
    trainer = (AnswerLossTrainer if "answer_loss" in levers else SFTTrainer)(
        model=AutoModelForCausalLM.from_pretrained(base, **loading) if loading else str(base),
        args=SFTConfig(
            output_dir=str(out / "checkpoints"),
            num_train_epochs=settings["epochs"],
            max_steps=steps or -1,
            per_device_train_batch_size=settings["batch_size"],
            learning_rate=settings["learning_rate"],
            lr_scheduler_type=settings["scheduler"],
            warmup_steps=settings["warmup_steps"],
            weight_decay=settings["weight_decay"],
            max_length=settings["max_length"],
            seed=settings["seed"],
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            **chosen,
        ),
        train_dataset=Dataset.from_list(masked),
        processing_class=tokenizer,
        peft_config=LoraConfig(
            r=settings["rank"],
            lora_alpha=settings["alpha"],
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        ),
        callbacks=[Clock()],
    )
    if "uncast_adapters" in levers:
        cast_adapters(trainer.model)
    if "compiled" in levers:
        compile_layers(trainer.model)
    trainer.train()
    trainer.model.save_pretrained(out / "adapter")
    return [
        (after[1] - before[1]) * per_epoch / (after[0] - before[0])
        for before, after in itertools.pairwise(times)
    ]
