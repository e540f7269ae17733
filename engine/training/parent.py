"""The parent's side of a training: start the process, watch it, end it, halve a starving batch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import Cancelled, TrainingFailed
from engine.training.child import OUT_OF_MEMORY, RESULT_FILE, RUN_FILE, write_json

LOG_FILE = "train.log"
CHILD = [sys.executable, "-m", "engine.training.child"]
NICENESS = 10
ROOT = Path(__file__).parent.parent.parent


def train_in_child(
    folder: Path,
    run: dict[str, Any],
    *,
    database_url: str,
    cancelled: Callable[[], bool],
    on_halved: Callable[[int], None],
    poll_seconds: float = 0.2,
) -> dict[str, Any]:
    """Run the training described by `run` to its end and return the content of result.json.

    A child that dies of memory is started again with half the batch and twice the accumulation (so
    the learning stays the same), down to a batch of 1; `on_halved` is told the new batch.
    Raises `Cancelled` (within a second of `cancelled()` turning true) or `TrainingFailed`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / RESULT_FILE
    if result.exists():  # finished before, and its parent did not live to see it
        return dict(json.loads(result.read_text(encoding="utf-8")))
    while True:
        write_json(folder / RUN_FILE, run)
        code = _run_child(folder, database_url, cancelled, poll_seconds)
        if code == 0 and result.exists():
            return dict(json.loads(result.read_text(encoding="utf-8")))
        tail = log_tail(folder)
        recipe = run["recipe"]
        if code not in (OUT_OF_MEMORY, -signal.SIGKILL):
            raise TrainingFailed(last_line(tail) or f"exit code {code}", tail)
        if recipe["batch_size"] == 1:
            raise TrainingFailed("this machine's memory is too small even for a batch of 1", tail)
        halved = recipe["batch_size"] // 2
        factor = recipe["batch_size"] / halved
        accumulation = round(recipe["gradient_accumulation"] * factor)
        run = {
            **run,
            "recipe": {**recipe, "batch_size": halved, "gradient_accumulation": accumulation},
        }
        on_halved(halved)


def _run_child(
    folder: Path, database_url: str, cancelled: Callable[[], bool], poll_seconds: float
) -> int:
    environment = {
        **os.environ,
        "ZEGA_DATABASE_URL": database_url,
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    with (folder / LOG_FILE).open("ab") as log:
        process = subprocess.Popen(
            [*CHILD, str(folder.resolve())],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
    # People's answers come first. Set from here: code between fork and exec can deadlock in a
    # process that has threads, and the worker has many.
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    try:
        while process.poll() is None:
            if cancelled():
                raise Cancelled("The training")
            time.sleep(poll_seconds)
        return process.returncode
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert process.stdin is not None
        process.stdin.close()


def log_tail(folder: Path, lines: int = 40) -> str:
    """The last lines of the run's log."""
    path = folder / LOG_FILE
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
