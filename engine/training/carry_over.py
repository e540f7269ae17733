"""Going on from a training that was cancelled or failed: a new run takes over what the old one left.

The old job and its run stay as they ended. The new one has the same training set and settings, whole
checkpoints, the curve so far and, where there is one, the finished result.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from engine.domain.run import Run
from engine.store import Store
from engine.training.checkpoints import (
    ASIDE,
    FOLDER,
    checkpoints_in,
    flush_all,
    is_whole,
    newest_checkpoint,
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


def carry_over(store: Store, home: Path, old: Run, new: Run, *, fork: bool) -> None:
    """Do it once; again after a kill it finishes what is missing. `fork` allows another environment."""
    source, target = home / old.folder, home / new.folder
    if (target / FINGERPRINT_FILE).exists():
        return
    (target / FOLDER).mkdir(parents=True, exist_ok=True)
    for checkpoint in checkpoints_in(source / FOLDER):
        if is_whole(checkpoint) and not (target / FOLDER / checkpoint.name).exists():
            copy(checkpoint, target / FOLDER / checkpoint.name)
    if (source / RESULT_FILE).exists():
        result = json.loads((source / RESULT_FILE).read_text(encoding="utf-8"))
        write_json(target / RESULT_FILE, result)
    newest = newest_checkpoint(target / FOLDER)
    step = step_of(newest) if newest else 0
    store.runs.copy_steps(old.id, new.id, up_to=step)
    begun = f"step {step}" if step else "the start: there was no whole checkpoint"
    note = (
        f"Goes on from {begun}, on the training set and with the settings of an earlier training."
    )
    if note not in new.notes:
        store.runs.add_note(new.id, note)
    before = read_fingerprint(source)
    if before is not None:
        write_json(target / FINGERPRINT_FILE, before | {"forked": fork})


def as_begun(folder: Path, run: dict[str, Any]) -> dict[str, Any]:
    """The content of run.json, for a fork with the settings its earlier training began with."""
    before = read_fingerprint(folder)
    if before is None or not before.get("forked"):
        return run
    batch = {name: run["recipe"][name] for name in (BATCH, ACCUMULATION)}
    return run | {"recipe": before["settings"] | batch}


def copy(folder: Path, target: Path) -> None:
    """Copy a folder; it appears whole or not at all."""
    half = target.with_name(ASIDE)
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(folder, half)
    flush_all(half)
    half.rename(target)
