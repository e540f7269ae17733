"""One trainer a run folder: its lock, and whether it still is the one that is held.

The kernel lets go of a lock when its holder dies. A lock file that was deleted can be made and taken again
while its first holder lives: that one must not write any more, so it looks before each write.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

LOCK_FILE = "lock"

# The locks that this process holds, by the folder's path.
_held: dict[Path, IO[str]] = {}


class LostLock(Exception):
    """The run folder is no longer this process's to write in."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"another trainer has taken {folder.name} over: nothing more is written")


def take_lock(folder: Path) -> None:
    """Hold the folder's lock until `let_go`; waits for a dying trainer to let go of it."""
    while True:
        file = (folder / LOCK_FILE).open("w")
        fcntl.flock(file, fcntl.LOCK_EX)
        _held[folder.resolve()] = file
        try:
            return check_lock(folder)
        except LostLock:  # it was replaced while this process waited
            let_go(folder)


def let_go(folder: Path) -> None:
    """Let go of the folder's lock."""
    _held.pop(folder.resolve()).close()


def check_lock(folder: Path) -> None:
    """Raise `LostLock` when this process took the folder's lock and the file is not that one any more.

    Who never took it (a trainer called by hand) may write.
    """
    file = _held.get(folder.resolve())
    if file is None:
        return
    try:
        now = (folder / LOCK_FILE).stat()
    except FileNotFoundError:
        raise LostLock(folder) from None
    held = os.fstat(file.fileno())
    if (held.st_dev, held.st_ino) != (now.st_dev, now.st_ino):
        raise LostLock(folder)
