"""The training process as its parent holds it, with a stand-in that waits for folders as it does."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import StorageUnavailable
from engine.training import process
from engine.training.endings import IDLE
from engine.training.parent import train_in_child
from engine.training.process import TrainingProcess

STANDS_IN = f"""
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
while True:
    if "leave" in folder.name and not (folder / "left").exists():
        (folder / "left").touch()
        sys.exit({IDLE})
    (folder / "half").write_text(json.dumps({{"pid": os.getpid()}}))
    os.replace(folder / "half", folder / "result.json")
    folder = pathlib.Path(sys.stdin.readline().rstrip())
"""


class Trainings:
    """Trains folder after folder; `waiting` is what is said of a next one."""

    def __init__(self, home: Path) -> None:
        self.waiting = True
        self.process = TrainingProcess(stays=lambda: self.waiting)
        self._home = home

    def run(self, name: str) -> int:
        """The pid of the process that trained."""
        result = train_in_child(
            self._home / name,
            {},
            database_url="sqlite://",
            cancelled=lambda: False,
            on_halved=lambda batch: None,
            process=self.process,
            poll_seconds=0.01,
        )
        return int(result["pid"])


@pytest.fixture
def trainings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trainings]:
    monkeypatch.setattr(process, "CHILD", [sys.executable, "-c", STANDS_IN])
    made = Trainings(tmp_path)
    yield made
    made.process.end()


def ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_one_process_trains_for_one_after_another(trainings: Trainings) -> None:
    pids = [trainings.run(name) for name in ("a", "b", "c")]
    assert len(set(pids)) == 1
    assert not ended(pids[0])


def test_it_ends_when_no_other_training_waits(trainings: Trainings) -> None:
    first = trainings.run("a")
    trainings.waiting = False
    assert trainings.run("b") == first
    assert ended(first)
    assert trainings.run("c") != first


def test_one_that_died_while_it_waited_is_started_again(trainings: Trainings) -> None:
    first = trainings.run("a")
    os.kill(first, signal.SIGKILL)
    assert trainings.run("b") != first


def test_one_that_leaves_just_when_it_is_asked_is_started_again(trainings: Trainings) -> None:
    first = trainings.run("a")
    assert trainings.run("leave") != first
    assert ended(first)


def test_a_training_that_succeeded_stays_so_whatever_keeps_the_next_from_being_seen(
    trainings: Trainings, caplog: pytest.LogCaptureFixture
) -> None:
    def busy() -> bool:
        raise StorageUnavailable("the database is locked")

    trainings.process = TrainingProcess(stays=busy)
    assert ended(trainings.run("a"))
    assert "the database is locked" in caplog.text


def test_what_it_holds_while_it_waits_is_known(trainings: Trainings) -> None:
    assert trainings.process.held_mb() == 0
    trainings.run("a")
    assert trainings.process.held_mb() > 0
    trainings.waiting = False
    trainings.run("b")
    assert trainings.process.held_mb() == 0
