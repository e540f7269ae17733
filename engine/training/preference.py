"""Trainers `dpo` and `kto`: an adapter that leans to what a person preferred, by TRL's trainers so named.

DPO learns from pairs of a better and a worse text, KTO from texts with a thumb up or down. What they are
compared with is the model as the training found it: the adapter it starts from, or the base.
Knows rows and folders; nothing of users, versions or the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, set_peft_model_state_dict
from peft.utils import load_peft_weights
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer

from engine.training.adapted import ADAPTER, adapted_model, forget
from engine.training.base import load_tokenizer
from engine.training.exact_resume import ExactResume, save_into
from engine.training.hardware import Choice, choose, this_machine
from engine.training.leaning import measure
from engine.training.preference_head import Head
from engine.training.preference_rows import (
    Row,
    ThumbRow,
    balance,
    dataset,
    mixed,
    read_rows,
    tokens_in,
)
from engine.training.report import Reporter, SampleReport, StepReport, TrainResult
from engine.training.rows import tokenize_all
from engine.training.samples import Samples, fixed_prompts
from engine.training.transformers_run import SHAPE_STEP, arguments, callbacks, run

__all__ = ["measure", "read_rows", "train"]

OUT = "adapter"
# TRL's copy of the adapter that it finds.
REFERENCE = "ref"
# What TRL logs of all logits, which are not kept here.
NOT_COMPUTED = ("entropy", "mean_token_accuracy", "logits/chosen", "logits/rejected")


class Preferring(ExactResume):
    """What both trainers do otherwise than TRL's: rows come with their tokens, as they are served, and
    nothing is compiled for evaluations or logged that was not computed."""

    model: Any
    _metrics: Any

    def __init__(self, *, model: Any, **settings: Any) -> None:
        self.head = Head(model.get_base_model().forward)
        super().__init__(model=model, **settings)
        self.model.delete_adapter(REFERENCE)  # it has said what it was there for

    def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
        return dataset

    def _precompute_ref_logps(self, *args: Any, **settings: Any) -> Any:
        self.head.put_on(self.model.get_base_model())
        with torch.compiler.set_stance("force_eager"):
            return super()._precompute_ref_logps(*args, **settings)  # type: ignore[misc]

    def evaluate(self, *args: Any, **settings: Any) -> Any:
        with torch.compiler.set_stance("force_eager"):
            return super().evaluate(*args, **settings)  # type: ignore[misc]

    def compute_loss(self, *args: Any, **settings: Any) -> Any:
        loss = super().compute_loss(*args, **settings)  # type: ignore[misc]
        for metrics in self._metrics.values():
            for name in NOT_COMPUTED:
                metrics.pop(name, None)
        return loss


class PairTrainer(Preferring, DPOTrainer):  # type: ignore[misc]
    """DPOTrainer of rows with their tokens."""


class ThumbTrainer(Preferring, KTOTrainer):  # type: ignore[misc]
    """KTOTrainer of rows with their tokens."""

    def _compute_kl_logps(self, *args: Any, **settings: Any) -> Any:
        with torch.compiler.set_stance("force_eager"):
            return super()._compute_kl_logps(*args, **settings)


def train(
    train_rows: Sequence[Row],
    validation_rows: Sequence[Row],
    *,
    base: Path,
    out: Path,
    start: Path | None = None,
    checkpoint: Path | None = None,
    on_step: Callable[[StepReport], None],
    on_sample: Callable[[SampleReport], None] | None = None,
    rank: int,
    alpha: int,
    dropout: float,
    four_bit: bool,
    beta: float,
    text_weight: float,
    epochs: int,
    batch_size: int,
    max_length: int,
    seed: int,
    keep_epochs: bool,
    early_stopping_patience: int,
    **settings: Any,
) -> TrainResult:
    """Train an adapter into `out/adapter`, from the adapter `start` on, going on from `checkpoint`.

    Rows are pairs alone, or thumbs alone. `settings` are those of `transformers_run.arguments`. Losses are
    those of preferences, not nats a token. Without validation rows the last weights are kept.
    """
    tokenizer = load_tokenizer(base)
    thumbs = isinstance(train_rows[0], ThumbRow)
    learned = mixed(train_rows, seed) if thumbs else train_rows
    rows, validation = (
        [tokenize_all(row.texts, tokenizer, max_length) for row in part]
        for part in (learned, validation_rows)
    )
    tokens, evaluation_tokens = tokens_in(rows), tokens_in(validation)
    choice = choose(
        this_machine(), four_bit=four_bit, max_length=max_length, tokens=tokens * epochs
    )
    prompts = fixed_prompts(
        [row.prompt for row in validation_rows],
        [row[0].input_ids[: row[0].prompt_length] for row in validation],
    )
    trainer = (ThumbTrainer if thumbs else PairTrainer)(
        model=model_from(base, start, choice, rank=rank, alpha=alpha, dropout=dropout, seed=seed),
        args=arguments(
            KTOConfig if thumbs else DPOConfig,
            out,
            rows=len(rows),
            validated=bool(validation),
            cuda=choice.cuda,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
            # KTO compares a batch's rows with one another, the same in every epoch.
            order="sequential" if thumbs else "random",
            **settings,
            **(balance(train_rows) if thumbs else losses(text_weight)),
            beta=beta,
            max_length=None,  # rows are cut when they are tokenized
            precompute_ref_log_probs=True,
            pad_to_multiple_of=SHAPE_STEP,
            gradient_checkpointing=choice.gradient_checkpointing,
            bf16=False,  # the base is bf16 itself; autocast would cast every input again
        ),
        train_dataset=dataset(learned, rows, batch_size),
        eval_dataset=dataset(validation_rows, validation, batch_size) if validation else None,
        processing_class=tokenizer,
        callbacks=callbacks(
            Reporter(tokens, on_step, evaluation_tokens=evaluation_tokens),
            on_sample and Samples(prompts, tokenizer, on_sample, seed=seed),
            keep_epochs=keep_epochs,
            early_stopping_patience=early_stopping_patience if validation else 0,
        ),
    )
    if choice.compiled:
        longest = max(len(text.input_ids) for row in rows for text in row)
        trainer.head.compile(
            trainer.model, longest, [size * len(rows[0]) for size in {batch_size, 1}]
        )
    result = run(
        trainer, checkpoint, tokens=tokens, save=lambda: save_into(out / OUT, trainer.model)
    )
    forget()  # the next training is to find a model as it was loaded
    return result


def model_from(
    base: Path, start: Path | None, choice: Choice, *, rank: int, alpha: int, **settings: Any
) -> Any:
    """The base with a new adapter, or with that of `start`, whose rank and alpha then hold."""
    if start is None:
        return adapted_model(base, choice, rank=rank, alpha=alpha, **settings)
    config = LoraConfig.from_pretrained(str(start))
    model = adapted_model(base, choice, rank=config.r, alpha=config.lora_alpha, **settings)
    weights = load_peft_weights(str(start), device="cpu")
    set_peft_model_state_dict(model, weights, adapter_name=ADAPTER)
    return model


def losses(text_weight: float) -> dict[str, Any]:
    """DPO's loss, with so much of the plain loss on the better texts, which keeps them likely."""
    if not text_weight:
        return {"loss_type": ["sigmoid"]}
    return {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, text_weight]}
