"""The lock of a run folder: who has lost it writes nothing more."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from engine.training.run_lock import LOCK_FILE, LostLock, check_lock, let_go, take_lock


def test_the_holder_may_write_and_so_may_who_never_took_it(tmp_path: Path) -> None:
    check_lock(tmp_path)
    take_lock(tmp_path)
    check_lock(tmp_path)
    let_go(tmp_path)
    check_lock(tmp_path)


@pytest.mark.parametrize("taken_again", [False, True])
def test_a_lock_whose_file_was_deleted_is_lost(tmp_path: Path, taken_again: bool) -> None:
    take_lock(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    if taken_again:
        (tmp_path / LOCK_FILE).touch()
    with pytest.raises(LostLock, match=tmp_path.name):
        check_lock(tmp_path)
    let_go(tmp_path)


def test_the_next_holder_gets_it_when_the_first_lets_go(tmp_path: Path) -> None:
    take_lock(tmp_path)
    with (tmp_path / LOCK_FILE).open("w") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        let_go(tmp_path)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
