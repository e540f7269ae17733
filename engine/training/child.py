"""The training process: `python -m engine.training.child RUN_FOLDER`.

Reads RUN_FOLDER/run.json, trains, measures held-out loss, writes RUN_FOLDER/result.json, under the folder's
lock. Then it waits for its parent to name another folder (process.py), or to end it. It ends when
its parent does. Its exit code says how it ended (endings.py).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from engine.errors import Diverged
from engine.settings import load_settings
from engine.training.checkpoints import FOLDER, checkpoints_in, clear, damaged, step_of
from engine.training.endings import (
    DISK_FULL,
    IDLE,
    MEASURING,
    OUT_OF_MEMORY,
    REFUSED,
    TAKEN_OVER,
    TOO_FEW_ROWS,
    is_disk_full,
    is_out_of_memory,
    is_stop_asked,
)
from engine.training.errors import TooFewRows
from engine.training.fingerprint import (
    FINGERPRINT_FILE,
    Changed,
    compare,
    fingerprint,
    read_fingerprint,
)
from engine.training.limits import limit_this_process
from engine.training.process import LOG_FILE, RESULT_FILE
from engine.training.rows import TextRow, check_rows
from engine.training.run_lock import LostLock, check_lock, let_go, take_lock
from engine.training.trainers import TRAINERS
from models.lifeline import end_with_parent

if TYPE_CHECKING:
    from engine.training.report import SampleReport, StepReport

RUN_FILE = "run.json"
# A warm process holds memory that others may need.
IDLE_SECONDS = 300.0
STOPPED = "Stopped by a person: the best weights so far were kept."


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write whole or not at all."""
    half = path.with_suffix(".half")
    with half.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)


def train_run(run: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Train and measure one run; the content of result.json."""
    from engine.domain.run import Sample, Step
    from engine.store import open_store
    from engine.training.log import TrainingLog

    store = open_store(load_settings().database)
    base = Path(run["base"])
    trainer = importlib.import_module(TRAINERS[run["trainer"]].module)
    rows = trainer.read_rows(run["rows"], base, run["recipe"]["max_length"])
    left = sum(map(len, run["rows"].values())) - sum(map(len, rows.values()))
    log = TrainingLog()

    def say(note: str) -> None:
        check_lock(folder)
        if note not in store.runs.get(run["run_id"]).notes:
            store.runs.add_note(run["run_id"], note)

    total = 0

    def on_step(report: StepReport) -> None:
        nonlocal total
        check_lock(folder)
        log.step(report)
        fields = asdict(report)
        if fields["total_steps"] != total:
            total = fields["total_steps"]
            store.runs.update(run["run_id"], total_steps=total)
        del fields["total_steps"]
        store.runs.add_step(Step(run_id=run["run_id"], at=datetime.now(UTC), **fields))

    def on_sample(report: SampleReport) -> None:
        check_lock(folder)
        log.sample(report)
        store.runs.add_sample(Sample(run_id=run["run_id"], **asdict(report)))

    if left:
        say(f"Left out for prompts longer than a training reads of a text: {left}.")
    check_rows({part: len(found) for part, found in rows.items()})
    checkpoint = begin(run, folder, say)
    # A preference training starts at an adapter or the base, and is measured on what it leans to, too.
    start = {"start": run["start"] and Path(run["start"])} if "start" in run else {}
    held_out = start | {"preferences": rows["preferences"]} if start else {}
    result = trainer.train(
        rows["train"],
        rows["validation"],
        base=base,
        out=folder,
        checkpoint=checkpoint,
        on_step=on_step,
        on_sample=on_sample,
        **run["recipe"],
        **start,
    )
    if is_stop_asked(folder):
        say(STOPPED)
    check_lock(folder)
    (folder / MEASURING).touch()
    store.jobs.progress(run["run_id"], stage="Measuring on texts it has never seen")
    measured = trainer.measure(
        base,
        rows["test"],
        trained={"after": result.adapter, "active": run["active_adapter"]},
        max_length=run["recipe"]["max_length"],
        **held_out,
    )
    for note in measured.pop("notes", ()):
        say(note)
    return {
        "adapter": str(result.adapter),
        "trainable_parameters": result.trainable_parameters,
        "tokens": result.tokens,
        "epochs": result.epochs,
        "seconds": result.seconds,
        "best_validation_loss": result.best_validation_loss,
        # Who the new model was measured beside, and on which of the test part's rows.
        "active_id": run["active_id"],
        "measured": [
            place for place, row in enumerate(run["rows"]["test"]) if TextRow(*row) in rows["test"]
        ],
        **measured,
    }


def begin(run: dict[str, Any], folder: Path, say: Callable[[str], object]) -> Path | None:
    """The whole checkpoint that a training goes on from as it began; `say` what was not as expected.

    Raises `Changed`."""
    wrong = damaged(folder / FOLDER)
    newest = next((path for path in checkpoints_in(folder / FOLDER) if path not in wrong), None)
    if wrong:
        since = f"step {step_of(newest)}, the newest whole one" if newest else "the start"
        say(f"{' '.join(wrong.values())} The training went on from {since}.")
    check_lock(folder)
    clear(folder / FOLDER, wrong)
    now = fingerprint(run)
    elsewhere = compare(folder, now, newest)
    if elsewhere is not None:
        say(elsewhere)
    forked = (read_fingerprint(folder) or {}).get("forked", False)
    write_json(folder / FINGERPRINT_FILE, now | {"forked": forked})
    return newest


def train_folder(folder: Path) -> None:
    """Train what the folder's run.json describes, to its result.json, under the folder's lock."""
    take_lock(folder)
    try:
        run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        result = train_run(run, folder)
        check_lock(folder)
        write_json(folder / RESULT_FILE, result)
    finally:
        let_go(folder)


def main() -> None:
    named: SimpleQueue[str] = SimpleQueue()
    end_with_parent(hear=named.put)
    settings = load_settings()
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(settings.cache.resolve() / "compiled"))
    limit_this_process(settings)
    try:
        train_folder(Path(sys.argv[1]))
        while True:
            gc.collect()
            folder = Path(named.get(timeout=IDLE_SECONDS))
            log_to(folder)
            train_folder(folder)
    except Empty:
        sys.exit(IDLE)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        print(error, file=sys.stderr)  # its last line is what people are told
        sys.exit(code)


def log_to(folder: Path) -> None:
    """Let what this process says from now on go to another run's log."""
    sys.stdout.flush()
    sys.stderr.flush()
    with (folder / LOG_FILE).open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)


def exit_code(error: Exception) -> int | None:
    """What the process ends with for an ending that its parent knows; None for a surprise."""
    if isinstance(error, Changed):
        return REFUSED
    if isinstance(error, LostLock):
        return TAKEN_OVER
    if isinstance(error, TooFewRows):
        return TOO_FEW_ROWS
    if isinstance(error, Diverged):
        return 1
    if is_out_of_memory(error):
        return OUT_OF_MEMORY
    return DISK_FULL if is_disk_full(error) else None


if __name__ == "__main__":
    main()
