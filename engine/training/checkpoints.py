"""Checkpoints that are either whole or ignored. Knows files; nothing of models or trainers.

One is written in a folder aside, flushed, given a manifest with the size and SHA-256 of every file, and
only then renamed into place. The two newest are never removed, nor the one with the best weights: a kill
at any moment leaves at least what was there. A resume takes the newest that still is what was written.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from models.weights import sha256_of

MANIFEST = "manifest.json"
FOLDER = "checkpoints"
ASIDE = ".saving"
GOING = ".removing-"
NEWEST_KEPT = 2


def step_of(checkpoint: Path) -> int:
    """The number of training steps behind a checkpoint."""
    return int(checkpoint.name.rpartition("-")[2])


def checkpoint_at(folder: Path, step: int) -> Path:
    """Where the checkpoint of a step lies."""
    return folder / f"checkpoint-{step}"


def checkpoints_in(folder: Path) -> list[Path]:
    """Every published checkpoint, newest first; whether each is whole was not looked at."""
    found = [path for path in folder.glob("checkpoint-*") if re.fullmatch(r".*-\d+", path.name)]
    return sorted(found, key=step_of, reverse=True)


def newest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint with the highest step that is whole; None when there is none."""
    return next((path for path in checkpoints_in(folder) if is_whole(path)), None)


def is_whole(checkpoint: Path) -> bool:
    """Whether every file named in the manifest is there with its content."""
    return flaw(checkpoint) is None


def flaw(checkpoint: Path) -> str | None:
    """What is wrong with a checkpoint, in a few words; None when it is what was written."""
    try:
        files = json.loads((checkpoint / MANIFEST).read_text(encoding="utf-8"))
        expected = {str(name): (int(file["size"]), file["sha256"]) for name, file in files.items()}
    except OSError:
        return f"{MANIFEST} is missing"
    except (ValueError, AttributeError, TypeError, KeyError):
        return f"{MANIFEST} is damaged"
    if not expected:
        return f"{MANIFEST} is empty"
    for name, (size, sha256) in expected.items():
        path = checkpoint / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size:
            return f"{name} has another size than was written"
        if sha256_of(path) != sha256:
            return f"{name} is not what was written"
    return None


def damaged(folder: Path) -> dict[Path, str]:
    """Checkpoints that are not whole, newest first, with a sentence on each."""
    return {path: said for path in checkpoints_in(folder) if (said := damage(path)) is not None}


def damage(checkpoint: Path) -> str | None:
    """A sentence on a checkpoint that is not whole."""
    wrong = flaw(checkpoint)
    return wrong and f"The checkpoint of step {step_of(checkpoint)} is damaged ({wrong})."


def clear(folder: Path, unwanted: Iterable[Path]) -> None:
    """Remove these checkpoints, and what kills have left behind."""
    for path in unwanted:
        remove(path)
    for path in (folder / ASIDE, *folder.glob(f"{GOING}*")):
        shutil.rmtree(path, ignore_errors=True)


def seal(checkpoint: Path) -> None:
    """Flush every file of a folder to the disk, then write its manifest."""
    flush_all(checkpoint)
    files = {
        str(path.relative_to(checkpoint)): {"size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(checkpoint.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    manifest = checkpoint / MANIFEST
    with manifest.open("w", encoding="utf-8") as file:
        json.dump(files, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    flush(checkpoint)


def publish(written: Path, target: Path) -> None:
    """Seal a folder and move it to its name, in place of what may lie there."""
    seal(written)
    if target.exists():  # older than what is written now, or not whole
        remove(target)
    os.replace(written, target)
    flush(target.parent)


def remove(checkpoint: Path) -> None:
    """Take a checkpoint away: under its name it is whole until the moment it is gone."""
    going = checkpoint.with_name(f"{GOING}{checkpoint.name}")
    shutil.rmtree(going, ignore_errors=True)
    os.replace(checkpoint, going)
    shutil.rmtree(going, ignore_errors=True)


def rotate(folder: Path, *, spared: Collection[int] = ()) -> None:
    """Remove all but the newest two and those of the steps `spared`, oldest first."""
    for path in reversed(checkpoints_in(folder)[NEWEST_KEPT:]):
        if step_of(path) not in spared:
            remove(path)


def flush_all(folder: Path) -> None:
    """Wait until a folder and all below it is on the disk."""
    for path in (*folder.rglob("*"), folder):
        flush(path)


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
