"""Trainings of eight users, one after another in one warm process, as a queue of them is worked off.

Everything but the queue itself is in the time: set-up, samples, held-out loss, registering. The last user's
training is done first in a process of its own: it must end with the same weights.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from engine.bootstrap import open_engine
from engine.domain.example import Author, Source
from engine.domain.job import JobKind
from engine.domain.quality import Quality
from engine.domain.snapshot import Split
from engine.domain.version import Version
from engine.engine import Engine
from engine.serving.base import prepare_base
from engine.settings import Settings
from engine.store.examples import NewExample
from engine.training.process import TrainingProcess
from engine.training.recipe import load_config
from engine.training.run import run_training
from engine.training.split import snapshot_sha256
from scripts.bench_training import STEADY_STEPS, contest, text_rows

USERS, ROWS = 8, 50
MEASURED = 5
"""Rows of the validation part, and of the test part, besides."""


def bench_many_users(settings: Settings, home: Path) -> dict[str, Any]:
    """The figures of `many_users` in the report; tokens a second over the whole of each time."""
    engine = open_engine(settings.model_copy(update={"home": home / "many"}))
    base = prepare_base(settings)
    snapshots = {f"user-{n}": freeze(engine, f"user-{n}", base.folder, n) for n in range(USERS)}

    def train(user_id: str, process: TrainingProcess) -> tuple[Version, float]:
        started = time.perf_counter()
        job = engine.store.jobs.create(user_id, JobKind.TRAINING, {})
        version = run_training(
            engine.store,
            engine.settings.home,
            job.id,
            user_id,
            config=load_config("quick"),
            threshold=0.0,
            min_examples=0,
            load_base=lambda: base,
            cancelled=lambda: False,
            snapshot_id=snapshots[user_id],
            process=process,
        )
        return version, time.perf_counter() - started

    steady = contest("ours", base.folder, home / "many-steady", steps=STEADY_STEPS)
    alone, seconds_alone = train(f"user-{USERS - 1}", TrainingProcess())
    warm = TrainingProcess(stays=lambda: True)
    try:
        done = [train(user_id, warm) for user_id in snapshots]
    finally:
        warm.end()
    runs = [engine.store.runs.get(version.run_id) for version, _ in done]
    tokens = sum(run.trained_tokens or 0 for run in runs)
    seconds = [each for _, each in done]
    training = [run.train_seconds or 0.0 for run in runs]
    engine.store.database.dispose()
    speed = tokens / sum(seconds)
    return {
        "users": USERS,
        "rows": ROWS,
        "tokens_per_second": round(speed, 1),
        "tokens_per_second_in_training": round(tokens / sum(training), 1),
        "tokens_per_second_steady": round(steady["tokens_per_second"], 1),
        "ratio_to_steady": round(speed / steady["tokens_per_second"], 2),
        "seconds_alone": round(seconds_alone, 1),
        "seconds_first": round(seconds[0], 1),
        "seconds_later": round(sum(seconds[1:]) / (USERS - 1), 1),
        "seconds_besides_training_first": round(seconds[0] - training[0], 1),
        "seconds_besides_training_later": round(
            sum(seconds[1:]) / (USERS - 1) - sum(training[1:]) / (USERS - 1), 1
        ),
        "same_weights_as_alone": alone.adapter_sha256 == done[-1][0].adapter_sha256,
    }


def freeze(engine: Engine, user_id: str, base: Path, seed: int) -> str:
    """A training set of ROWS rows and what they are measured on; its id."""
    engine.ensure_user(user_id)
    train, held_out = text_rows(base, rows=ROWS, held_out=2 * MEASURED, seed=seed)
    parts = [Split.TRAIN] * ROWS + [Split.VALIDATION] * MEASURED + [Split.TEST] * MEASURED
    examples = [
        engine.store.examples.add(
            NewExample(
                user_id=user_id,
                kind="stories",
                genre=None,
                style=None,
                seed_prompt=row.prompt,
                prompt=row.prompt,
                completion=row.completion,
                source=Source.IMPORT,
                author=Author.PERSON,
                generator="bench",
                quality=Quality(8.0),
            )
        )
        for row in (*train, *held_out)
    ]
    rows = [(each.id, part) for each, part in zip(examples, parts, strict=True)]
    return engine.store.snapshots.create(user_id, rows, snapshot_sha256(examples, rows)).id
