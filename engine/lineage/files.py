"""Files that hold erased words: trainings, adapters that learned them, exports, lines of logs."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from engine.data.export import FORMS
from engine.domain.export import Export
from engine.domain.run import Run
from engine.lineage.matching import Wanted
from engine.training.limits import CHECKPOINTS

# An export is written, then noted: a file that changed later than this is another one by now.
WRITTEN_BEFORE = timedelta(minutes=1)
OVERWRITE = b"x"


def training_folders(home: Path, runs: Sequence[Run], versions_of: Sequence[str]) -> list[Path]:
    """Folders of these runs that are there, and of the versions that came of the runs named."""
    folders = [home / run.folder for run in runs]
    for run in runs:
        if run.id in versions_of:
            place = home / "versions" / run.user_id
            folders += [place / run.version_name, place / f".{run.version_name}.half"]
    return [folder for folder in folders if folder.exists()]


def export_files(exports: Sequence[Export]) -> tuple[list[Path], list[str]]:
    """Files of these exports that lie where they were written, and the places of those that do not:
    what left by a browser, was moved away or was written over since."""
    found: list[Path] = []
    elsewhere: list[str] = []
    for export in exports:
        place = Path(export.place)
        names = FORMS[export.format].files if export.format in FORMS else ()
        paths = [place / name for name in names] if place.is_dir() else [place]
        latest = (export.created_at + WRITTEN_BEFORE).timestamp()
        there = [
            path
            for path in paths
            if path.is_absolute() and path.is_file() and path.stat().st_mtime <= latest
        ]
        found += there
        if len(there) < len(paths):
            elsewhere.append(f"{export.place} ({export.format}, {export.created_at:%Y-%m-%d})")
    return list(dict.fromkeys(found)), list(dict.fromkeys(elsewhere))


def delete(path: Path) -> None:
    """Remove a file or a folder; one that is not there is as good.

    The folder of a run is locked first: a trainer that is being stopped may still be writing there.
    """
    if path.is_dir():
        lock = path / "lock"
        if lock.exists():
            with lock.open("r+") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
        elsewhere = path / CHECKPOINTS
        if elsewhere.is_symlink():
            shutil.rmtree(elsewhere.resolve(), ignore_errors=True)
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def redact(home: Path, wanted: Wanted) -> list[Path]:
    """Overwrite every line of the studio's logs that holds the words; the logs that had some.

    Letter by letter, in place: whoever appends to a log goes on as if nothing had happened.
    """
    changed = []
    for path in sorted(home.glob("logs/*")):
        with suppress(FileNotFoundError), path.open("r+b") as file:
            place, hit = 0, False
            for line in file.read().splitlines(keepends=True):
                if wanted.is_in(line.decode("utf-8", errors="replace")):
                    file.seek(place)
                    file.write(OVERWRITE * len(line.rstrip(b"\r\n")))
                    hit = True
                place += len(line)
            if hit:
                file.flush()
                os.fsync(file.fileno())
                changed.append(path)
    return changed
