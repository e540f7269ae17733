"""The parent's side of a training: watch its process, tell how it ended, shrink a starving batch."""

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
    MEASURING,
    OUT_OF_MEMORY,
    REFUSED,
    STOP_FILE,
    TAKEN_OVER,
    TOO_FEW_ROWS,
    kernel_kills,
)
from engine.training.errors import DiskFull, Parked, ResumeRefused, RunTakenOver, TooFewRows
from engine.training.process import LOG_FILE, RESULT_FILE, TrainingProcess

MOST_DEATHS = 3
LAST_LINES = 5


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
    any other signal ended is started again as it was. Once `stop_asked()` it ends with what it has.
    Without a `process` one is started, and ends with the training.
    Raises `Cancelled` (within a second of `cancelled()` turning true), `TrainingFailed`, `Parked`,
    `DiskFull`, `TooFewRows`, `ResumeRefused` or `RunTakenOver`.
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
            (folder / MEASURING).unlink(missing_ok=True)
            process.begin(folder, database_url)
            code = _wait(process, folder, cancelled, stop_asked, poll_seconds)
            if code == 0 and result.exists():
                return dict(json.loads(result.read_text(encoding="utf-8")))
            if code == OUT_OF_MEMORY or deaths.was_memory(code):
                run = {**run, "recipe": halved(run["recipe"], folder)}
                on_halved(run["recipe"]["batch_size"])
            elif code < 0:
                deaths.add(code)
            elif code != IDLE:
                raise_ending(code, log_tail(folder))


def raise_ending(code: int, tail: str) -> None:
    """Raise what an exit code means."""
    if code == TAKEN_OVER:
        raise RunTakenOver
    if code == DISK_FULL:
        raise DiskFull
    if code == REFUSED:
        raise ResumeRefused(last_line(tail))
    if code == TOO_FEW_ROWS:
        raise TooFewRows(last_line(tail))
    raise TrainingFailed(last_line(tail) or f"exit code {code}", tail)


def halved(recipe: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with half the batch. Raises `TrainingFailed` where that does not help."""
    tail = log_tail(folder)
    if (folder / MEASURING).exists():
        raise TrainingFailed(
            "it was trained, and then memory ran out while it was measured on texts it has never seen. "
            "Free some memory and resume it: its checkpoints are there",
            tail,
        )
    if recipe["batch_size"] == 1:
        raise TrainingFailed("this machine's memory is too small even for a batch of 1", tail)
    return with_batch(recipe, recipe["batch_size"] // 2)


def with_batch(recipe: dict[str, Any], most: int) -> dict[str, Any]:
    """The settings with the largest batch up to `most` that makes as many rows a step as before."""
    rows = recipe["batch_size"] * recipe["gradient_accumulation"]
    batch = next(size for size in range(most, 0, -1) if rows % size == 0)
    return {**recipe, "batch_size": batch, "gradient_accumulation": rows // batch}


class Deaths:
    """How often signals have ended a training's process, and whether for want of memory.

    The kernel counts what it kills for that; where it does not, each SIGKILL is taken for one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counted = kernel_kills()
        self._step = self._newest()
        self._in_a_row = 0

    def was_memory(self, code: int) -> bool:
        """Whether the kernel has ended it for want of memory. Asked once for each ending."""
        counted, before = kernel_kills(), self._counted
        self._counted = counted
        if code != -signal.SIGKILL:
            return False
        return counted is None or before is None or counted > before

    def add(self, code: int) -> None:
        """Count any other death. Raises `Parked` at the third in a row without a new checkpoint."""
        step = self._newest()
        self._in_a_row = 1 if step > self._step else self._in_a_row + 1
        self._step = step
        if self._in_a_row >= MOST_DEATHS:
            by = signal.strsignal(-code) or "unknown"
            how = f"was ended by signal {-code} ({by}) {MOST_DEATHS} times"
            raise Parked(how, log_tail(self._folder, LAST_LINES))

    def _newest(self) -> int:
        return max((step_of(path) for path in checkpoints_in(self._folder / FOLDER)), default=0)


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
