"""Going on from a training that was cancelled or failed: a new run takes over what the old one left.

The old job and its run stay as they ended. The new one has the same training set and settings, the
checkpoints from the newest whole one on, those kept of passes, the curve so far with its samples and, where
there is one, the finished result with what was trained.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from engine.domain.run import Run
from engine.errors import Cancelled
from engine.store import Store
from engine.training.checkpoints import (
    ASIDE,
    FOLDER,
    checkpoints_in,
    damage,
    flush_all,
    step_of,
)
from engine.training.child import write_json
from engine.training.fingerprint import (
    ACCUMULATION,
    BATCH,
    FINGERPRINT_FILE,
    read_fingerprint,
)
from engine.training.process import RESULT_FILE

STATE_FILE = "trainer_state.json"
"""Where transformers writes a checkpoint's step."""


def carry_over(
    store: Store,
    home: Path,
    old: Run,
    new: Run,
    *,
    fork: bool,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Do it once; again after a kill it finishes what is missing. `fork` allows another environment.

    Raises `Cancelled`.
    """
    source, target = home / old.folder, home / new.folder
    if (target / FINGERPRINT_FILE).exists():
        return
    (target / FOLDER).mkdir(parents=True, exist_ok=True)
    found = from_newest_whole(checkpoints_in(source / FOLDER), cancelled)
    step = step_of(found.usable[0]) if found.usable else 0
    for kept in (*found.usable, *epochs_up_to(step, source / FOLDER)):
        if not (target / FOLDER / kept.name).exists():
            share(kept, target / FOLDER / kept.name, cancelled)
    if (source / RESULT_FILE).exists():
        result = json.loads((source / RESULT_FILE).read_text(encoding="utf-8"))
        trained = Path(result["adapter"]).name
        if not (target / trained).exists():
            share(source / trained, target / trained, cancelled)
        write_json(target / RESULT_FILE, result | {"adapter": str((target / trained).resolve())})
    store.runs.copy_curve(old.id, new.id, up_to=step)
    begun = f"step {step}" if step else "the start: there was no whole checkpoint"
    note = (
        f"Goes on from {begun}, on the training set and with the settings of an earlier training."
    )
    note = " ".join([*found.damaged, note])
    if note not in new.notes:
        store.runs.add_note(new.id, note)
    before = read_fingerprint(source)
    if before is not None:
        write_json(target / FINGERPRINT_FILE, before | {"forked": fork})


class Found(NamedTuple):
    """Checkpoints that can be gone on from, newest first, and a sentence on each newer one."""

    usable: list[Path]
    damaged: list[str]


def from_newest_whole(checkpoints: Sequence[Path], cancelled: Callable[[], bool]) -> Found:
    """Pass over what is damaged. Those older than the newest whole one are looked through when the training
    begins."""
    damaged: list[str] = []
    for place, checkpoint in enumerate(checkpoints):
        stop_if(cancelled)
        said = damage(checkpoint)
        if said is None:
            return Found(list(checkpoints[place:]), damaged)
        damaged.append(said)
    return Found([], damaged)


def epochs_up_to(step: int, folder: Path) -> list[Path]:
    """The checkpoints kept of passes that had ended by a step."""
    found = []
    for kept in sorted(folder.glob("checkpoint_epoch_*")):
        with suppress(OSError, ValueError, KeyError):
            state = json.loads((kept / STATE_FILE).read_text(encoding="utf-8"))
            if state["global_step"] <= step:
                found.append(kept)
    return found


def as_begun(folder: Path, run: dict[str, Any]) -> dict[str, Any]:
    """The content of run.json, for a fork with the settings its earlier training began with."""
    before = read_fingerprint(folder)
    if before is None or not before.get("forked"):
        return run
    batch = {name: run["recipe"][name] for name in (BATCH, ACCUMULATION)}
    return run | {"recipe": before["settings"] | batch}


def share(folder: Path, target: Path, cancelled: Callable[[], bool]) -> None:
    """Have the files of a folder under another name, too, which appears whole or not at all. They are
    copied only where both cannot be the same: on another disk."""

    def take(source: str, place: str) -> None:
        stop_if(cancelled)
        try:
            os.link(source, place)
        except OSError:
            shutil.copy2(source, place)

    half = target.with_name(ASIDE)
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(folder, half, copy_function=take)
    flush_all(half)
    half.rename(target)


def stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled("The training")
