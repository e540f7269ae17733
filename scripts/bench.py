"""`make bench`: speed as ratios measured in one run, beside what the machine could do meanwhile.

Writes var/bench/report.json. Figures of one run belong together; compare ratios, not seconds, between
machines.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
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
from engine.serving.base import served_gguf
from engine.settings import Settings, load_settings
from engine.store import open_store
from models.base import complete
from models.llamacpp import LlamaCppModel
from models.llamacpp_server import LlamaCppServer
from scripts.bench_dashboard import bench_dashboard
from scripts.bench_many_users import bench_many_users
from scripts.bench_memory import bench_memory
from scripts.bench_pages import bench_pages
from scripts.bench_training import bench_levers, bench_training
from scripts.machine import matrix_rate

PARTS = ("generation", "training", "levers", "many_users", "pages", "dashboard", "memory")
SLOTS = 40


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
        if "levers" in parts:
            report["levers"] = bench_levers(settings, home)
        if "many_users" in parts:
            report["many_users"] = bench_many_users(settings, home)
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
