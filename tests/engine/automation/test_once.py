"""Several workers look at once: each training starts once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from engine.engine import Engine
from tests.engine.automation.conftest import TRAIN_AT
from tests.engine.store.conftest import Make
from tests.engine.store.test_database import start

LOOK = """
import sys
from pathlib import Path
from engine.bootstrap import open_engine
from engine.settings import load_settings
engine = open_engine(load_settings(home=Path(sys.argv[1]), train_at=6, min_examples=4))
print("ready", flush=True)
sys.stdin.readline()
print(sum(len(engine.automation.look()) for _ in range(3)))
"""


def test_threads_that_look_at_once_start_one_training(engine: Engine, make: Make) -> None:
    for number in range(TRAIN_AT):
        make.example(completion=f"Text {number}")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: engine.automation.train_when_ready("anna"), range(24)))
    assert sum(job is not None for job in found) == 1


def test_processes_that_look_at_once_start_each_training_once(engine: Engine, make: Make) -> None:
    users = [f"user{number}" for number in range(8)]
    for user in users:
        engine.ensure_user(user)
        for number in range(TRAIN_AT):
            make.example(user, completion=f"Text {number}")
    processes = [start(LOOK, str(engine.settings.home)) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=120)[0]) for process in processes) == len(users)
    assert sorted(job.user_id for job in engine.store.jobs.unfinished()) == users
