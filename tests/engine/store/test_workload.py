"""Turns: who is next, and what moving a job changes for whom."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.job import JobKind, JobState
from engine.errors import NotFound
from engine.store import Store
from engine.store.workload import Move


def order(store: Store, user: str = "anna") -> list[tuple[str, int]]:
    return [(each.job.id, each.ahead) for each in store.workload.waiting(user)]


def test_jobs_wait_in_the_order_they_were_made_behind_those_of_their_kind(
    store: Store, make: Any
) -> None:
    first, bens, second = make.job(), make.job("ben"), make.job()
    training = make.job(kind=JobKind.TRAINING)
    assert order(store) == [(first.id, 0), (second.id, 2), (training.id, 0)]
    assert order(store, "ben") == [(bens.id, 1)]
    assert store.workload.next(JobKind.AUTO_TRAIN) == first.id
    assert store.workload.next(JobKind.AUTO_TRAIN, besides=[first.id]) == bens.id
    assert store.workload.next(JobKind.TRAINING) == training.id


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (Move.FRONT, [2, 0, 1, 3]),
        (Move.UP, [0, 2, 1, 3]),
        (Move.DOWN, [0, 1, 3, 2]),
        (Move.BACK, [0, 1, 3, 2]),
    ],
)
def test_moving(store: Store, make: Any, move: Move, expected: list[int]) -> None:
    ids = [make.job().id for _ in range(4)]
    store.workload.move("anna", ids[2], move)
    assert [job_id for job_id, _ in order(store)] == [ids[place] for place in expected]
    assert store.workload.next(JobKind.AUTO_TRAIN) == ids[expected[0]]
    ahead = [store.jobs.ahead(store.jobs.get(ids[place])) for place in expected]
    assert ahead == [0, 1, 2, 3]


def test_moving_beyond_the_ends_changes_nothing(store: Store, make: Any) -> None:
    ids = [make.job().id for _ in range(3)]
    before = order(store)
    store.workload.move("anna", ids[0], Move.UP)
    store.workload.move("anna", ids[2], Move.DOWN)
    assert order(store) == before


def test_nobody_elses_turn_changes(store: Store, make: Any) -> None:
    """Anna's jobs trade places among themselves; Ben's stays second."""
    first, bens, second, third = make.job(), make.job("ben"), make.job(), make.job()
    store.workload.move("anna", third.id, Move.FRONT)
    assert order(store) == [(third.id, 0), (first.id, 2), (second.id, 3)]
    assert order(store, "ben") == [(bens.id, 1)]


def test_what_runs_stays_first_and_cannot_be_moved(store: Store, make: Any) -> None:
    running, waiting = make.job(), make.job()
    store.jobs.start(running.id)
    store.workload.move("anna", waiting.id, Move.FRONT)
    store.workload.move("anna", running.id, Move.BACK)
    assert [job_id for job_id, _ in order(store)] == [running.id, waiting.id]
    assert store.workload.next(JobKind.AUTO_TRAIN) == running.id


def test_a_new_job_comes_behind_those_that_were_moved(store: Store, make: Any) -> None:
    first, second = make.job(), make.job()
    store.workload.move("anna", second.id, Move.FRONT)
    third = make.job()
    assert [job_id for job_id, _ in order(store)] == [second.id, first.id, third.id]


def test_ended_jobs_have_no_turn_and_an_ending(store: Store, make: Any) -> None:
    done, cancelled = make.job(), make.job(kind=JobKind.TRAINING)
    store.jobs.start(done.id)
    store.jobs.succeed(done.id, {})
    store.jobs.request_cancel("anna", cancelled.id)
    store.workload.move("anna", done.id, Move.FRONT)
    assert order(store) == []
    assert store.workload.next(JobKind.AUTO_TRAIN) is None
    newest, older = store.workload.endings("anna")
    assert (newest.kind, newest.state, newest.seconds) == (
        JobKind.TRAINING,
        JobState.CANCELLED,
        None,
    )
    assert (older.kind, older.state) == (JobKind.AUTO_TRAIN, JobState.SUCCEEDED)
    assert older.seconds is not None
    assert older.seconds >= 0


def test_another_users_job_is_not_there(store: Store, make: Any) -> None:
    with pytest.raises(NotFound):
        store.workload.move("ben", make.job().id, Move.FRONT)
