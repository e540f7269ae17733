"""The parent's side of a training: watch its process, tell how it ended, halve a starving batch."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import Cancelled, TrainingFailed
from engine.training.checkpoints import FOLDER, checkpoints_in, step_of
from engine.training.child import RUN_FILE, write_json
from engine.training.endings import (
    DISK_FULL,
    IDLE,
    OUT_OF_MEMORY,
    REFUSED,
    STOP_FILE,
    TAKEN_OVER,
    kernel_kills,
)
from engine.training.errors import DiskFull, ResumeRefused, RunTakenOver
from engine.training.process import LOG_FILE, RESULT_FILE, TrainingProcess

MOST_UNEXPLAINED = 3


def train_in_child(
    folder: Path,
    run: dict[str, Any],
    *,
    database_url: str,
    cancelled: Callable[[], bool],
    on_halved: Callable[[int], None],
    stop_asked: Callable[[], bool] = lambda: False,
    process: TrainingProcess | None = None,
    poll_seconds: float = 0.2,
) -> dict[str, Any]:
    """Run the training described by `run` to its end and return the content of result.json.

    A child that dies of memory is started again with half the batch and twice the accumulation (so
    the learning stays the same), down to a batch of 1; `on_halved` is told the new batch. One that
    somebody else killed is started again as it was. Once `stop_asked()` it ends with what it has.
    Without a `process` one is started, and ends with the training.
    Raises `Cancelled` (within a second of `cancelled()` turning true), `TrainingFailed`, `DiskFull`,
    `ResumeRefused` or `RunTakenOver`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / RESULT_FILE
    if result.exists():  # finished before, and its parent did not live to see it
        return dict(json.loads(result.read_text(encoding="utf-8")))
    process = process or TrainingProcess()
    deaths = Deaths(folder)
    with process.at_work():
        while True:
            write_json(folder / RUN_FILE, run)
            process.begin(folder, database_url)
            code = _wait(process, folder, cancelled, stop_asked, poll_seconds)
            if code == 0 and result.exists():
                return dict(json.loads(result.read_text(encoding="utf-8")))
            tail = log_tail(folder)
            if code != OUT_OF_MEMORY:
                raise_ending(code, tail)
                if code == IDLE or not deaths.was_memory():
                    continue
            recipe = run["recipe"]
            if recipe["batch_size"] == 1:
                raise TrainingFailed(
                    "this machine's memory is too small even for a batch of 1", tail
                )
            run = {**run, "recipe": halved(recipe)}
            on_halved(run["recipe"]["batch_size"])


def raise_ending(code: int, tail: str) -> None:
    """Raise what an exit code means; nothing where the same is to be started again."""
    if code == TAKEN_OVER:
        raise RunTakenOver
    if code == DISK_FULL:
        raise DiskFull
    if code == REFUSED:
        raise ResumeRefused(last_line(tail))
    if code not in (-signal.SIGKILL, IDLE):
        raise TrainingFailed(last_line(tail) or f"exit code {code}", tail)


def halved(recipe: dict[str, Any]) -> dict[str, Any]:
    """The settings with half the batch and as many rows a step as before."""
    batch = recipe["batch_size"] // 2
    rows = recipe["batch_size"] * recipe["gradient_accumulation"]
    return {**recipe, "batch_size": batch, "gradient_accumulation": round(rows / batch)}


class Deaths:
    """Tells a kill for want of memory from one that somebody else sent.

    The kernel counts its own. One it did not count is taken for a person's, but three in a row without a
    new checkpoint for a watcher of memory that the kernel knows nothing of.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._counted = kernel_kills()
        self._step = self._newest()
        self._unexplained = 0

    def was_memory(self) -> bool:
        counted, before = kernel_kills(), self._counted
        self._counted = counted
        if counted is None or before is None or counted > before:
            return True
        step = self._newest()
        self._unexplained = 1 if step > self._step else self._unexplained + 1
        self._step = step
        return self._unexplained >= MOST_UNEXPLAINED

    def _newest(self) -> int:
        return max((step_of(path) for path in checkpoints_in(self._folder)), default=0)


def _wait(
    process: TrainingProcess,
    folder: Path,
    cancelled: Callable[[], bool],
    stop_asked: Callable[[], bool],
    poll_seconds: float,
) -> int:
    """What the training ended with, handing wishes to stop over meanwhile."""
    while (code := process.ending()) is None:
        if cancelled():
            raise Cancelled("The training")
        if stop_asked():
            (folder / STOP_FILE).touch()
        time.sleep(poll_seconds)
    return code


def log_tail(folder: Path, lines: int = 40) -> str:
    """The last lines of the run's log."""
    path = folder / LOG_FILE
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
