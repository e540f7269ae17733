"""Trainings that are killed on purpose at a chosen place, and taken up again until they end.

Each attempt is a fork of a process that has loaded the libraries, and does all that the worker does:
prepare, train, measure, register. The kernel kills it by a timer that starts when the wanted
place is reached, so the kill falls anywhere in it, or right after.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from engine.domain.job import JobKind
from engine.training.checkpoints import FOLDER, newest_checkpoint, step_of
from tests.processes import Home

# What a kill falls into, with the seconds after it was reached within which it falls.
PLACES = {"step": 0.1, "save": 0.04, "rotate": 0.004, "end": 0.04, "register": 0.02}
ORDER = ("begin", *PLACES)
CONFIG = {
    "model": {"trainer": "lora_sft", "lora": {"rank": 8, "alpha": 16, "dropout": 0.2}},
    "training_data": {"validation_split": 0.2},
    "hyperparameters": {
        "learning_rate": 1e-2,
        "batch_size": 2,
        "gradient_accumulation": 4,
        "epochs": 3,
        "warmup_steps": 2,
        "max_length": 96,
    },
    "optimization": {"early_stopping": {"enabled": True, "patience": 3}},
    "evaluation": {"evaluations_per_epoch": 2},
}


@dataclass(frozen=True)
class Kill:
    """One kill: where it was meant to fall and where it fell, the steps done by then, and the step that
    the next attempt goes on from."""

    wanted: str
    place: str
    done: int
    kept: int

    @property
    def redone(self) -> int:
        return self.done - self.kept


class Trainings:
    """Trainings on one frozen set of one user, each a job of its own."""

    def __init__(self, home: Home, rng: random.Random, snapshot_id: str) -> None:
        self.home = home
        self.rng = rng
        self.snapshot_id = snapshot_id
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.proofs.resuming", "engine.training.lora_sft"])

    def new(self) -> str:
        """A job that nobody has begun."""
        return self.home.engine.store.jobs.create("anna", JobKind.TRAINING, {}).id

    def folder(self, job_id: str) -> Path:
        return self.home.folder / "runs" / "anna" / job_id

    def attempt(self, job_id: str, wanted: str | None = None) -> Kill | None:
        """One attempt, to its end or to a kill at the `wanted` place."""
        place = self._context.Value("i", 0)
        seconds = self.rng.uniform(1e-4, PLACES[wanted]) if wanted else 0.0
        skipped = self.rng.randint(0, 2) if wanted in ("step", "save", "rotate") else 0
        arguments = (
            self.home.environment,
            job_id,
            self.snapshot_id,
            place,
            wanted,
            skipped,
            seconds,
        )
        process: BaseProcess = self._context.Process(target=work, args=arguments)
        process.start()
        process.join()
        if process.exitcode == 0:
            return None
        assert process.exitcode == -signal.SIGALRM, f"it failed by itself: {process.exitcode}"
        steps = self.home.engine.store.runs.steps(job_id)
        newest = newest_checkpoint(self.folder(job_id) / FOLDER)
        done = max((step.step for step in steps), default=0)
        kept = step_of(newest) if newest else 0
        return Kill(str(wanted), ORDER[place.value], done, kept)


def work(
    environment: dict[str, str],
    job_id: str,
    snapshot_id: str,
    place: Any,
    wanted: str | None,
    skipped: int,
    seconds: float,
) -> None:
    """What the worker does for a training, in this process."""
    import torch

    from engine.bootstrap import open_engine
    from engine.registry import register
    from engine.serving.base import prepare_base
    from engine.training import child, exact_resume, lora_sft, run
    from engine.training.recipe import parse_config

    os.environ.update(environment)
    torch.set_num_threads(1)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    left = {"times": skipped}

    def reached(name: str) -> None:
        place.value = ORDER.index(name)
        if name == wanted:
            left["times"] -= 1
            if left["times"] < 0:
                signal.setitimer(signal.ITIMER_REAL, seconds)

    def telling(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def told(*args: Any, **settings: Any) -> Any:
            reached(name)
            given = function(*args, **settings)
            if name in ("save", "rotate"):
                place.value = ORDER.index("step")
            return given

        return told

    def convert(adapter: Path, base: Path, out: Path, **_: Any) -> Path:
        """In place of the converter, which would take most of the time; its file appears whole, too."""
        (half := out.with_suffix(".half")).write_bytes(
            (adapter / register.ADAPTER_FILE).read_bytes()
        )
        return half.rename(out)

    def train_here(folder: Path, described: dict[str, Any], **_: Any) -> dict[str, Any]:
        folder.mkdir(parents=True, exist_ok=True)
        result = folder / child.RESULT_FILE
        if not result.exists():
            child.write_json(folder / child.RUN_FILE, described)
            child.train_folder(folder)
        return dict(json.loads(result.read_text(encoding="utf-8")))

    replaced = pytest.MonkeyPatch()
    watched: list[tuple[str, Any, str]] = [
        ("save", exact_resume.ExactResume, "_save_checkpoint"),
        ("rotate", exact_resume, "rotate"),
        ("step", child, "check_lock"),
        ("end", lora_sft, "measure"),
        ("register", run, "register"),
    ]
    for name, owner, function in watched:
        replaced.setattr(owner, function, telling(name, getattr(owner, function)))
    replaced.setattr(run, "train_in_child", train_here)
    replaced.setattr(register, "lora_to_gguf", convert)
    engine = open_engine()
    run.run_training(
        engine.store,
        engine.settings.home,
        job_id,
        "anna",
        config=parse_config(CONFIG),
        threshold=0.0,
        min_examples=3,
        load_base=lambda: prepare_base(engine.settings),
        cancelled=lambda: False,
        snapshot_id=snapshot_id,
    )
    os._exit(0)
