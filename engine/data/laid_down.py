"""Files of imports in the home folder: they lie there until the import's job has ended, and no longer."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from engine.data.readers import Upload
from engine.domain.job import JobKind
from engine.errors import UnreadableFile
from engine.store import Store
from engine.store.rows import new_id

FOLDER = "imports"
# Files that lie there for so long without a job belong to none: laying them down takes seconds.
FORGOTTEN_SECONDS = 600


def lay_down(home: Path, files: Sequence[Upload]) -> str:
    """Write the files where the worker finds them; the name of their folder, which appears whole."""
    folder = home / FOLDER / new_id()
    making = folder.with_name(f".{folder.name}")
    making.mkdir(parents=True)
    try:
        for place, file in enumerate(files):
            _write(making / f"{place:03}", file.data)
            if file.target is not None:
                _write(making / f"{place:03}.target", file.target)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return folder.name


def taken_up(home: Path, folder: str, place: int, name: str) -> Upload:
    """A file that was laid down. Raises `UnreadableFile` where it is gone."""
    path = home / FOLDER / folder / f"{place:03}"
    target = path.with_suffix(".target")
    try:
        return Upload(name, path.read_bytes(), target.read_bytes() if target.exists() else None)
    except OSError as error:
        raise UnreadableFile(name, "its copy in the home folder is gone") from error


def clear(home: Path, folder: str) -> None:
    """Remove the files of an import."""
    shutil.rmtree(home / FOLDER / folder, ignore_errors=True)


def sweep(home: Path, store: Store) -> None:
    """Remove the files of imports that have ended, were cancelled before their turn or never began."""
    root = home / FOLDER
    # Listed before the jobs are read: a folder that is laid down meanwhile is left alone.
    there = list(root.iterdir()) if root.exists() else []
    if not there:
        return
    jobs = store.jobs.of_kind(JobKind.IMPORT)
    ended = {job.request["folder"] for job in jobs if job.state.is_final}
    waiting = {job.request["folder"] for job in jobs if not job.state.is_final}
    for folder in there:
        if folder.name in ended or (folder.name not in waiting and _is_forgotten(folder)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_forgotten(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > FORGOTTEN_SECONDS
    except FileNotFoundError:  # somebody else removed it, or it has its whole name by now
        return False


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
