"""Two trainers of one run folder, as real processes: the one that lost it writes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.training.endings import TAKEN_OVER
from engine.training.run_lock import LOCK_FILE
from tests.processes import ROOT, wait_for

TRAINS = """
import sys, time
from engine.training import child

def train(run, folder):
    name = sys.argv[2]
    (folder / f"{name}-trains").touch()
    while not (folder / f"{name}-may-end").exists():
        time.sleep(0.01)
    return {"by": name}

child.train_run = train
child.main()
"""


class Trainers:
    """Processes that train one folder until they are told to end."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "run"
        self.folder.mkdir()
        (self.folder / "run.json").write_text("{}")
        self._environment = {**os.environ, "ZEGA_HOME": str(home)}
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, name: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", TRAINS, str(self.folder), name],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            env=self._environment,
        )
        self.started.append(process)
        return process

    def trains(self, name: str) -> bool:
        return (self.folder / f"{name}-trains").exists()

    def let_end(self, name: str) -> None:
        (self.folder / f"{name}-may-end").touch()


@pytest.fixture
def trainers(tmp_path: Path) -> Iterator[Trainers]:
    made = Trainers(tmp_path)
    yield made
    for process in made.started:
        process.kill()
        process.communicate()


def test_a_trainer_whose_folder_was_taken_over_ends_without_a_result(trainers: Trainers) -> None:
    result = trainers.folder / "result.json"
    first = trainers.start("first")
    wait_for("the first", lambda: trainers.trains("first"))
    (trainers.folder / LOCK_FILE).unlink()
    trainers.start("second")
    wait_for("the second", lambda: trainers.trains("second"))
    trainers.let_end("first")
    assert first.wait(60) == TAKEN_OVER
    assert not result.exists()
    trainers.let_end("second")
    wait_for("its result", result.exists)
    assert json.loads(result.read_text()) == {"by": "second"}
