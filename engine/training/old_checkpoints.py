"""What ended trainings left gives way, once all together takes more than it may.

That is checkpoints, and what was trained where no version came of it. Files that runs share count once.
"""

from __future__ import annotations

import shutil
from collections import ChainMap
from pathlib import Path

from engine.errors import NotFound
from engine.store import Store
from engine.training.checkpoints import FOLDER
from engine.training.process import RESULT_FILE

MEBIBYTE = 2**20
# What a run has trained, by one trainer or another.
TRAINED = ("adapter", "final")


def make_room(store: Store, home: Path, limit_mb: int) -> list[Path]:
    """Remove what ended trainings left until all take `limit_mb` at most; the run folders it was in.

    Those that became a version go first, then the others, the oldest first. A training that goes on, or is
    gone on from, keeps its own. What was trained goes as soon as a version has it.
    """
    jobs = store.jobs.unfinished()
    waiting, resumed = {job.id for job in jobs}, {job.request.get("resumes") for job in jobs}
    folders = [path for path in (home / "runs").glob("*/*") if path.is_dir()]
    left = [path for path in folders if path.name not in resumed]
    done = {
        path for path in left if has_version(store, path.name, unknown=path.name not in waiting)
    }
    for folder in done:
        remove(folder, *TRAINED)
    files = {folder: files_in(folder) for folder in folders}
    free = done | {path for path in left if path.name not in waiting}
    gone = []
    for folder in sorted(free, key=lambda path: (path not in done, written(path))):
        if sum(ChainMap(*files.values()).values()) <= limit_mb * MEBIBYTE:
            break
        if files.pop(folder):
            give_way(folder, is_done=folder in done)
            gone.append(folder)
    return gone


def has_version(store: Store, run_id: str, *, unknown: bool) -> bool:
    """Whether a version came of a run; `unknown` is the answer for one that is not there."""
    try:
        return store.runs.get(run_id).version_id is not None
    except NotFound:
        return unknown


def written(folder: Path) -> float:
    """When a run's checkpoints were last added to."""
    checkpoints = folder / FOLDER
    return (checkpoints if checkpoints.exists() else folder).stat().st_mtime


def give_way(folder: Path, *, is_done: bool) -> None:
    """Remove checkpoints, and of a run without a version its result, which it would begin with again."""
    if not is_done:
        (folder / RESULT_FILE).unlink(missing_ok=True)
        remove(folder, *TRAINED)
    remove(folder, FOLDER)


def remove(folder: Path, *names: str) -> None:
    for name in names:
        shutil.rmtree((folder / name).resolve(), ignore_errors=True)


def files_in(folder: Path) -> dict[tuple[int, int], int]:
    """The size of each file of checkpoints and of what was trained, by its place on the disk."""
    found = {}
    for name in (FOLDER, *TRAINED):
        for path in (folder / name).resolve().rglob("*"):
            if path.is_file():
                about = path.stat()
                found[about.st_dev, about.st_ino] = about.st_size
    return found
