"""A turn of a schedule is taken once: by many processes at once, and across kill -9 at any statement."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.schedule import Schedule
from engine.store import Store
from tests.engine.store.test_database import ROOT, start

DUE = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
NEXT = DUE + timedelta(days=1)
PLAN = Schedule("03:00", "Europe/Berlin", 5, {"horror": 1.0}, "stories", True, DUE)

TURN = """
import os, signal, sys
from sqlalchemy import event
from engine.store import open_store
from tests.engine.store.test_schedules import DUE, NEXT
store, last = open_store(sys.argv[1]), int(sys.argv[2])
seen = []

@event.listens_for(store.database._engine, "before_cursor_execute")
def executing(*arguments):
    seen.append(arguments)
    if len(seen) == last:
        os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(store.database._engine, "commit")
def committing(connection):
    seen.append(connection)
    if len(seen) == last:
        os.kill(os.getpid(), signal.SIGKILL)

store.schedules.take_turn("anna", DUE, NEXT, {"num_examples": 1}, at=DUE)
"""

RACE = """
import sys
from engine.store import open_store
from tests.engine.store.test_schedules import DUE, NEXT
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
made = [
    store.schedules.take_turn(f"user{number}", DUE, NEXT, {"num_examples": 1}, at=DUE)
    for number in range(12)
]
print(sum(job is not None for job in made))
"""


def test_what_is_set_comes_back_and_the_last_run_outlives_a_change(store: Store) -> None:
    assert store.schedules.get("anna") is None
    store.schedules.set("anna", PLAN)
    assert store.schedules.get("anna") == PLAN
    job = store.schedules.take_turn("anna", DUE, NEXT, {"num_examples": 1}, at=DUE)
    assert job is not None
    store.schedules.set("anna", PLAN)
    found = store.schedules.get("anna")
    assert found is not None
    assert found.last is not None
    assert (found.last.job_id, found.next_at) == (job.id, DUE)
    assert [store.schedules.remove("anna"), store.schedules.remove("anna")] == [True, False]


def test_only_what_is_due_is_due_the_oldest_first(store: Store) -> None:
    store.schedules.set("anna", PLAN)
    store.users.ensure("carl")
    for user, at in (("ben", DUE - timedelta(hours=1)), ("carl", None)):
        values = {**vars(PLAN), "next_at": at}
        store.schedules.set(user, Schedule(**values))
    assert [user for user, _ in store.schedules.due(DUE)] == ["ben", "anna"]
    assert [user for user, _ in store.schedules.due(DUE - timedelta(seconds=1))] == ["ben"]


def test_a_turn_that_was_taken_or_moved_is_not_taken_again(store: Store) -> None:
    store.schedules.set("anna", PLAN)
    assert store.schedules.take_turn("anna", DUE, NEXT, {}, at=DUE) is not None
    assert store.schedules.take_turn("anna", DUE, NEXT, {}, at=DUE) is None
    assert len(store.jobs.active("anna")) == 1


def test_a_kill_at_any_statement_neither_loses_a_turn_nor_doubles_it(
    store: Store, store_url: str
) -> None:
    """Before each statement of the turn and before its commit; then somebody else takes the turn."""
    survived, kills = False, 0
    for statement in range(1, 60):
        store.schedules.set("anna", PLAN)
        before = len(store.jobs.list("anna", limit=1000))
        command = [sys.executable, "-c", TURN, store_url, str(statement)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        survived = done.returncode == 0
        assert survived or done.returncode == -9, done.stderr
        kills += not survived
        made = len(store.jobs.list("anna", limit=1000)) - before
        found = store.schedules.get("anna")
        assert found is not None
        assert (made, found.next_at) == ((1, NEXT) if survived else (0, DUE))
        store.schedules.take_turn("anna", DUE, NEXT, {}, at=DUE)
        assert len(store.jobs.list("anna", limit=1000)) - before == 1
        for job in store.jobs.active("anna"):
            store.jobs.cancelled(job.id)
        if survived:
            break
    assert survived
    assert kills >= 5


def test_processes_at_once_take_each_turn_once(store: Store, store_url: str) -> None:
    for number in range(12):
        store.users.ensure(f"user{number}")
        store.schedules.set(f"user{number}", PLAN)
    processes = [start(RACE, store_url) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=120)[0]) for process in processes) == 12
    assert len(store.jobs.unfinished()) == 12


@pytest.mark.parametrize("paused", [True, False])
def test_a_schedule_that_was_paused_or_removed_meanwhile_starts_nothing(
    store: Store, paused: bool
) -> None:
    store.schedules.set("anna", PLAN)
    if paused:
        store.schedules.set("anna", Schedule(**{**vars(PLAN), "next_at": None}))
    else:
        store.schedules.remove("anna")
    assert store.schedules.take_turn("anna", DUE, NEXT, {}, at=DUE) is None
    assert store.jobs.active("anna") == []
