"""What gives way when the files of trainings take too much room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.domain.job import JobKind
from engine.training import old_checkpoints
from engine.training.old_checkpoints import make_room
from tests.processes import Home


def a_run(home: Home, *, ended: bool, age: int) -> Path:
    """A training with a megabyte of checkpoints, half a one of weights, and a result."""
    jobs = home.engine.store.jobs
    job = jobs.create("anna", JobKind.TRAINING, {})
    folder = home.folder / "runs" / "anna" / job.id
    for path, size in (("checkpoints/checkpoint-1", 2**20), ("adapter", 2**19)):
        (folder / path).mkdir(parents=True)
        (folder / path / "weights").write_bytes(bytes(size))
    (folder / "result.json").write_text("{}")
    os.utime(folder / "checkpoints", (age, age))
    if ended:
        jobs.fail(job.id, "training_failed", "It failed.")
    return folder


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


WHOLE = ["adapter", "checkpoints", "result.json"]


def with_versions(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Let these runs have become versions, and the others not."""
    names = {folder.name for folder in folders}
    monkeypatch.setattr(
        old_checkpoints, "has_version", lambda store, run_id, unknown: run_id in names
    )


def test_the_oldest_that_have_ended_go_until_it_fits(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = home.engine.store
    newer, older = a_run(home, ended=True, age=200), a_run(home, ended=True, age=100)
    running = a_run(home, ended=False, age=50)
    with_versions(monkeypatch)
    assert make_room(store, home.folder, 5) == []
    assert make_room(store, home.folder, 4) == [older]
    assert left_in(older) == []
    assert left_in(newer) == WHOLE
    assert make_room(store, home.folder, 0) == [newer]
    assert make_room(store, home.folder, 0) == []
    assert left_in(running) == WHOLE


def test_a_version_has_what_was_trained_so_its_run_need_not(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checkpoints go before those of an older training that can still be resumed, even while its job
    has not ended; its result stays."""
    failed, done = a_run(home, ended=True, age=100), a_run(home, ended=False, age=200)
    with_versions(monkeypatch, done)
    assert make_room(home.engine.store, home.folder, 100) == []
    assert left_in(done) == ["checkpoints", "result.json"]
    assert make_room(home.engine.store, home.folder, 2) == [done]
    assert left_in(done) == ["result.json"]
    assert left_in(failed) == WHOLE


def test_a_run_that_nobody_knows_goes_and_one_that_has_just_begun_stays(home: Home) -> None:
    unknown = home.folder / "runs" / "anna" / "nobody"
    begun, ended = a_run(home, ended=False, age=1), a_run(home, ended=True, age=1)
    begun.rename(unknown)
    begun = a_run(home, ended=False, age=1)
    assert set(make_room(home.engine.store, home.folder, 0)) == {unknown, ended}
    assert left_in(begun) == WHOLE


def test_a_file_that_is_there_under_several_names_counts_once(home: Home) -> None:
    one, other = (a_run(home, ended=True, age=1) for _ in range(2))
    weights = one / "checkpoints" / "checkpoint-1" / "weights"
    (one / "checkpoints" / "checkpoint_epoch_1").mkdir()
    os.link(weights, one / "checkpoints" / "checkpoint_epoch_1" / "weights")
    (other / "checkpoints" / "checkpoint-1" / "weights").unlink()
    os.link(weights, other / "checkpoints" / "checkpoint-1" / "weights")
    assert make_room(home.engine.store, home.folder, 2) == []


def test_checkpoints_elsewhere_go_too(home: Home, tmp_path: Path) -> None:
    folder, elsewhere = a_run(home, ended=True, age=1), tmp_path / "elsewhere"
    (folder / "checkpoints").rename(elsewhere)
    (folder / "checkpoints").symlink_to(elsewhere, target_is_directory=True)
    assert make_room(home.engine.store, home.folder, 0) == [folder]
    assert not elsewhere.exists()


def test_what_is_gone_on_from_stays(home: Home) -> None:
    folder = a_run(home, ended=True, age=1)
    home.engine.store.jobs.create("anna", JobKind.TRAINING, {"resumes": folder.name})
    assert make_room(home.engine.store, home.folder, 0) == []
    assert left_in(folder) == WHOLE
