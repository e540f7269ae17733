"""`make bench`: speed as ratios measured in one run, beside what the machine could do meanwhile.

Writes var/bench/report.json. Figures of one run belong together; compare ratios, not seconds, between
machines.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.autotrain.generate import Generation
from engine.autotrain.plan import check_request, make_plan
from engine.domain.job import JobKind
from engine.quality.score import Scorer
from engine.rendering import render
from engine.serving.base import prepare_base, served_gguf
from engine.settings import Settings, load_settings
from engine.store import open_store
from engine.training.recipe import load_recipe
from models.base import complete
from models.llamacpp import LlamaCppModel
from models.llamacpp_server import LlamaCppServer
from scripts.alternate import alternate
from scripts.bench_dashboard import bench_dashboard
from scripts.bench_memory import bench_memory
from scripts.bench_pages import bench_pages

PARTS = ("generation", "training", "pages", "dashboard", "memory")
SLOTS = 40
ROWS = 24


def matrix_rate() -> dict[str, float]:
    """Matrix products a second of this machine now, in TFLOP/s, for the model's own shapes."""
    import torch

    rates = {}
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        a, b = torch.randn(1024, 576, dtype=dtype), torch.randn(576, 1536, dtype=dtype)
        a @ b
        started = time.perf_counter()
        for _ in range(50):
            a @ b
        seconds = (time.perf_counter() - started) / 50
        rates[name] = round(2 * 1024 * 576 * 1536 / seconds / 1e12, 3)
    return rates


def bench_generation(settings: Settings, home: Path) -> dict[str, float]:
    """One auto-training of 40 on the embedded teacher, then plain serving speed."""
    store = open_store(f"sqlite:///{home / 'bench.db'}")
    store.users.ensure("bench")
    job = store.jobs.create("bench", JobKind.AUTO_TRAIN, {})
    with LlamaCppServer(served_gguf(settings), threads=settings.threads) as server:
        model = LlamaCppModel(settings.base_model, server.url)
        generation = Generation(
            store,
            Scorer.load(),
            model,
            user_id="bench",
            job_id=job.id,
            threshold=settings.keep_threshold,
            in_flight=settings.generation_slots,
            cancelled=lambda: False,
        )
        started = time.perf_counter()
        generation.run(make_plan(SLOTS, check_request(SLOTS, {}), seed=1))
        seconds = time.perf_counter() - started
        summary = store.outcomes.summary(job.id)
        alone, together = serving_speed(model, 1), serving_speed(model, settings.generation_slots)
    reached = sum(score >= settings.keep_threshold for score in summary.scores)
    return {
        "seconds_per_kept_example": round(seconds / max(1, summary.kept), 2),
        "success_rate": summary.successful / SLOTS,
        "share_at_threshold": round(reached / SLOTS, 3),
        "kept_share": summary.kept / SLOTS,
        "average_quality": round(summary.average_quality, 2),
        "serving_tokens_per_second": alone,
        "serving_tokens_per_second_batched": together,
        "batching_ratio": round(together / alone, 2),
    }


def serving_speed(model: LlamaCppModel, in_flight: int) -> float:
    """Tokens a second over `in_flight` answers of 150 tokens at once."""

    def answer(seed: int) -> int:
        messages = render(f"Write a story about number {seed}.")
        return complete(model, messages, max_tokens=150, seed=seed).finish.completion_tokens

    started = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as pool:
        tokens = sum(pool.map(answer, range(in_flight)))
    return round(tokens / (time.perf_counter() - started), 1)


def bench_training(settings: Settings, home: Path) -> dict[str, float]:
    """Our trainer against SFTTrainer with its own defaults: same rows, one epoch, A B A B."""
    from engine.training import lora_sft
    from engine.training.rows import TextRow

    base = prepare_base(settings)
    text = [row["text"] for row in reference_texts()][:ROWS]
    rows = [TextRow(f"Continue: {t[:80]}", t[80:] * 2) for t in text]
    recipe = load_recipe(settings.recipe).settings | {"epochs": 1}

    def ours(out: Path) -> float:
        steps: list[Any] = []
        lora_sft.train(rows, [], base=base.folder, out=out, on_step=steps.append, **recipe)
        speeds = [step.tokens_per_second for step in steps[1:] if step.tokens_per_second]
        return float(statistics.median(speeds))

    def defaults(out: Path) -> float:
        return default_trainer_speed(rows, base.folder, out, recipe)

    found = alternate({"ours": ours, "defaults": defaults}, home)
    return {
        "tokens_per_second": round(found["ours"], 1),
        "tokens_per_second_default": round(found["defaults"], 1),
        "steady_ratio": round(found["ours"] / found["defaults"], 2),
    }


def default_trainer_speed(rows: Any, base: Path, out: Path, recipe: dict[str, Any]) -> float:
    """Tokens a second of TRL's SFTTrainer as it comes, on the same rows, batch and adapter."""
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from engine.training.base import load_tokenizer
    from engine.training.rows import tokenize_all

    tokenizer = load_tokenizer(base)
    tokens = tokenize_all(rows, tokenizer, recipe["max_length"])
    per_epoch = sum(len(row.input_ids) for row in tokens)
    times: list[tuple[float, float]] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            times.append((time.perf_counter(), state.epoch))

    trainer = SFTTrainer(
        model=str(base),
        args=SFTConfig(
            output_dir=str(out),
            num_train_epochs=1,
            per_device_train_batch_size=recipe["batch_size"],
            max_length=recipe["max_length"],
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
        ),
        train_dataset=Dataset.from_list(
            [
                {
                    "input_ids": row.input_ids,
                    "completion_mask": [0] * row.prompt_length + [1] * row.answer_length,
                }
                for row in tokens
            ]
        ),
        processing_class=tokenizer,
        peft_config=LoraConfig(
            r=recipe["rank"],
            lora_alpha=recipe["alpha"],
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        ),
        callbacks=[Clock()],
    )
    trainer.train()
    speeds = [
        (after[1] - before[1]) * per_epoch / (after[0] - before[0])
        for before, after in itertools.pairwise(times)
    ]
    return float(statistics.median(speeds))


def reference_texts() -> list[dict[str, str]]:
    import yaml

    path = Path(__file__).parent.parent / "engine" / "quality" / "reference.yaml"
    rows: list[dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return rows


@contextmanager
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="zega-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip())
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; none: all"
    )
    parts = parser.parse_args().parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    settings = load_settings()
    report: dict[str, Any] = {}
    with scratch() as home:
        report["machine"] = {
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
            "tflops": matrix_rate(),
        }
        if "generation" in parts:
            report["generation"] = bench_generation(settings, home)
        if "training" in parts:
            report["training"] = bench_training(settings, home)
        if "pages" in parts:
            report["pages"] = bench_pages(home)
        if "dashboard" in parts:
            report["dashboard"] = bench_dashboard(home)
        if "memory" in parts:
            report["memory"] = bench_memory(settings, home)
    path = settings.home / "bench" / "report.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))
    print(f"written to {path}")


if __name__ == "__main__":
    main()
