"""Workload: whose turn it is among the jobs that wait, and how those before them ended.

The order is ours, not the queue's: a job runs when its kind has a turn to give and it is the first
here. So moving a job is a change of rows, and survives whatever happens to the worker.
"""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, case, select, update

from engine.domain.job import Job, JobKind, JobState
from engine.store.database import Database
from engine.store.jobs import job_from, turn_of
from engine.store.rows import find
from engine.store.tables import jobs

_ENDED = (JobState.SUCCEEDED.value, JobState.FAILED.value, JobState.CANCELLED.value)


class Move(StrEnum):
    """Where a waiting job goes among the others of its owner."""

    FRONT = "front"
    UP = "up"
    DOWN = "down"
    BACK = "back"


class Waiting(NamedTuple):
    """A queued or running job; `ahead` counts the jobs of its kind, of all users, before it."""

    job: Job
    ahead: int


class Ending(NamedTuple):
    """How a job ended; `seconds` from its first start, None for one that never started."""

    kind: JobKind
    state: JobState
    seconds: float | None


class Workload:
    """Jobs of one kind wait for each other; jobs of different kinds do not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, user_id: str) -> list[Waiting]:
        """The user's running and queued jobs in the order of their turns."""
        ahead = dict.fromkeys(JobKind, 0)
        found: list[Waiting] = []
        query = _in_turn().add_columns((jobs.c.user_id == user_id).label("is_mine"))
        with self._database.read() as connection:
            for row in connection.execute(query).mappings():
                kind = JobKind(row["kind"])
                if row["is_mine"]:
                    found.append(Waiting(job_from(row), ahead[kind]))
                ahead[kind] += 1
        return found

    def next(self, kind: JobKind, *, besides: AnyOf[str] = ()) -> str | None:
        """The job whose turn it is, of all users: one that was interrupted before those that wait.

        `besides` are the ids of jobs that this process is running already.
        """
        query = _in_turn().where(jobs.c.kind == kind.value, jobs.c.id.not_in(besides))
        with self._database.read() as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return None if row is None else row["id"]

    def move(self, user_id: str, job_id: str, to: Move) -> None:
        """Let a waiting job trade turns with the owner's others of its kind; nobody else's turn
        changes. One that runs or has ended stays where it is. Raises NotFound."""
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id, user_id=user_id)
            mine = _queued(connection, user_id, job["kind"])
            order = [row["id"] for row in mine]
            if job_id not in order:
                return
            turns = [row["turn"] for row in mine]
            for moved, turn in zip(_moved(order, job_id, to), turns, strict=True):
                connection.execute(update(jobs).where(jobs.c.id == moved).values(turn_at=turn))

    def endings(self, user_id: str | None) -> list[Ending]:
        """How the user's jobs ended, newest first; None tells of everybody's."""
        query = (
            select(jobs.c.kind, jobs.c.state, jobs.c.started_at, jobs.c.finished_at)
            .where(jobs.c.state.in_(_ENDED))
            .order_by(jobs.c.created_at.desc())
        )
        if user_id is not None:
            query = query.where(jobs.c.user_id == user_id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            Ending(
                JobKind(kind),
                JobState(state),
                None if started is None else (finished - started).total_seconds(),
            )
            for kind, state, started, finished in rows
        ]


def _in_turn() -> Select[Any]:
    """Open jobs of all users: what runs, then what waits."""
    is_waiting = case((jobs.c.state == JobState.RUNNING.value, 0), else_=1)
    started = (JobState.QUEUED.value, JobState.RUNNING.value)
    return (
        select(jobs).where(jobs.c.state.in_(started)).order_by(is_waiting, turn_of(jobs), jobs.c.id)
    )


def _queued(connection: Connection, user_id: str, kind: str) -> list[RowMapping]:
    """The user's waiting jobs of a kind with their turns, in order; locked until the end."""
    query = (
        select(jobs.c.id, turn_of(jobs).label("turn"))
        .where(jobs.c.user_id == user_id, jobs.c.kind == kind)
        .where(jobs.c.state == JobState.QUEUED.value)
        .order_by(turn_of(jobs), jobs.c.id)
        .with_for_update(key_share=True)
    )
    return [*connection.execute(query).mappings()]


def _moved(order: list[str], job_id: str, to: Move) -> list[str]:
    """The same ids with one of them elsewhere."""
    here = order.index(job_id)
    last = len(order) - 1
    there = {
        Move.FRONT: 0,
        Move.UP: max(0, here - 1),
        Move.DOWN: min(last, here + 1),
        Move.BACK: last,
    }[to]
    rest = [each for each in order if each != job_id]
    return [*rest[:there], job_id, *rest[there:]]
