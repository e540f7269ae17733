"""Whose checkpoints give way when they take too much room."""

from __future__ import annotations

import os
from pathlib import Path

from engine.domain.job import JobKind
from engine.training.old_checkpoints import make_room
from tests.processes import Home


def a_run(home: Home, *, ended: bool, age: int) -> Path:
    """A training with a megabyte of checkpoints."""
    jobs = home.engine.store.jobs
    job = jobs.create("anna", JobKind.TRAINING, {})
    folder = home.folder / "runs" / "anna" / job.id / "checkpoints"
    (folder / "checkpoint-1").mkdir(parents=True)
    (folder / "checkpoint-1" / "weights").write_bytes(bytes(2**20))
    os.utime(folder, (age, age))
    if ended:
        jobs.fail(job.id, "training_failed", "It failed.")
    return folder


def test_the_oldest_that_have_ended_go_until_it_fits(home: Home) -> None:
    store = home.engine.store
    newer, older = a_run(home, ended=True, age=200), a_run(home, ended=True, age=100)
    running = a_run(home, ended=False, age=50)
    assert make_room(store, home.folder, 3) == []
    assert make_room(store, home.folder, 2) == [older]
    assert not older.exists()
    assert make_room(store, home.folder, 0) == [newer]
    assert running.exists()


def test_a_file_with_two_names_counts_once(home: Home) -> None:
    folder = a_run(home, ended=True, age=1)
    (folder / "checkpoint_epoch_1").mkdir()
    os.link(folder / "checkpoint-1" / "weights", folder / "checkpoint_epoch_1" / "weights")
    assert make_room(home.engine.store, home.folder, 1) == []


def test_what_is_gone_on_from_stays(home: Home) -> None:
    folder = a_run(home, ended=True, age=1)
    home.engine.store.jobs.create("anna", JobKind.TRAINING, {"resumes": folder.parent.name})
    assert make_room(home.engine.store, home.folder, 0) == []
