"""Old checkpoints give way: those of ended trainings, once all together take more than they may."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.errors import NotFound
from engine.store import Store
from engine.training.checkpoints import FOLDER

MEBIBYTE = 2**20


def make_room(store: Store, home: Path, limit_mb: int) -> list[Path]:
    """Remove checkpoints of ended trainings until all take `limit_mb` at most; the folders that went.

    Those of trainings that became a version go first, then the others, the oldest first. A training that
    has not ended keeps its own.
    """
    folders = [each for each in (home / "runs").glob(f"*/*/{FOLDER}") if each.is_dir()]
    sizes = {folder: size_of(folder) for folder in folders}
    total, gone = sum(sizes.values()), []
    for folder in sorted(ended(store, sizes), key=lambda each: age(store, each)):
        if total <= limit_mb * MEBIBYTE:
            break
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        total -= sizes[folder]
        gone.append(folder)
    return gone


def ended(store: Store, folders: dict[Path, int]) -> list[Path]:
    """The folders whose job has ended, or that no job knows."""
    open_jobs = {job.id for job in store.jobs.unfinished()}
    resumed = {str(job.request.get("resumes", "")) for job in store.jobs.unfinished()}
    return [each for each in folders if each.parent.name not in open_jobs | resumed]


def age(store: Store, folder: Path) -> tuple[bool, float]:
    """What goes first sorts first: of a version, then by when it was last written."""
    try:
        has_version = store.runs.get(folder.parent.name).version_id is not None
    except NotFound:
        has_version = True
    return not has_version, folder.stat().st_mtime


def size_of(folder: Path) -> int:
    """Bytes of a folder, a file that is there under two names counted once."""
    files = {
        path.stat().st_ino: path.stat().st_size
        for path in folder.resolve().rglob("*")
        if path.is_file()
    }
    return sum(files.values())
