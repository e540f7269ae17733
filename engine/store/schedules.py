"""Schedules: when auto-trainings start by themselves. What a time of day means is not known here.

A turn is one transaction: the job is made and `next_at` moves on, or neither. Whoever comes with a
`next_at` that is no longer there is too late and changes nothing, so two workers start a turn once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update

from engine.domain.job import Job, JobKind, JobState
from engine.domain.schedule import LastRun, Schedule
from engine.errors import NotFound
from engine.store.database import Database
from engine.store.jobs import insert_job
from engine.store.rows import now, require_user
from engine.store.tables import jobs, schedules

BUSY = "Another auto-training of yours was still waiting or running."
_UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)


class Schedules:
    """At most one a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: str) -> Schedule | None:
        """The user's schedule, if there is one."""
        with self._database.read() as connection:
            row = _row(connection, user_id)
        return None if row is None else _schedule(row)

    def set(self, user_id: str, schedule: Schedule) -> None:
        """Store what was chosen; the last run stays as it is. Raises NotFound for an unknown user."""
        values = {
            "at": schedule.at,
            "zone": schedule.zone,
            "num_examples": schedule.num_examples,
            "mix": schedule.mix,
            "kind": schedule.kind,
            "store_in_memory": schedule.store_in_memory,
            "next_at": schedule.next_at,
        }
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            if _row(connection, user_id) is None:
                new = {"user_id": user_id, "last_skipped": "", **values}
                connection.execute(insert(schedules).values(new))
            else:
                _change(connection, user_id, **values)

    def remove(self, user_id: str) -> bool:
        """Forget the schedule; whether there was one. A job it started goes on."""
        statement = delete(schedules).where(schedules.c.user_id == user_id)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount == 1

    def due(self, moment: datetime) -> list[tuple[str, Schedule]]:
        """Everybody's schedules whose turn has come, with their users, the oldest turn first."""
        query = select(schedules).where(schedules.c.next_at <= moment).order_by(schedules.c.next_at)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [(row["user_id"], _schedule(row)) for row in rows]

    def take_turn(
        self,
        user_id: str,
        due_at: datetime,
        next_at: datetime | None,
        request: dict[str, Any] | None,
        *,
        at: datetime,
        skipped: str = "",
    ) -> Job | None:
        """The auto-training of the turn that was due, once; None if it is skipped or was taken.

        It is skipped when there is no request, and while another auto-training of the user runs or
        waits; why is noted.
        """
        with self._database.write() as connection:
            row = _row(connection, user_id, lock=True)
            if row is None or row["next_at"] != due_at:
                return None
            turn: dict[str, Any] = {"next_at": next_at, "last_at": at, "last_due_at": due_at}
            if request is None or _is_busy(connection, user_id):
                reason = skipped if request is None else BUSY
                _change(connection, user_id, **turn, last_job_id=None, last_skipped=reason)
                return None
            job = insert_job(connection, user_id, JobKind.AUTO_TRAIN, request)
            _change(connection, user_id, **turn, last_job_id=job.id, last_skipped="")
            return job

    def start_now(self, user_id: str, request: dict[str, Any]) -> Job:
        """The auto-training that a person asked for instead of waiting; the next turn stays.

        Raises NotFound without a schedule.
        """
        with self._database.write() as connection:
            if _row(connection, user_id, lock=True) is None:
                raise NotFound("schedule of", user_id)
            job = insert_job(connection, user_id, JobKind.AUTO_TRAIN, request)
            turn = {"last_at": now(), "last_due_at": None, "last_job_id": job.id}
            _change(connection, user_id, **turn, last_skipped="")
            return job


def _row(connection: Connection, user_id: str, *, lock: bool = False) -> RowMapping | None:
    query = select(schedules).where(schedules.c.user_id == user_id)
    if lock:
        query = query.with_for_update()
    return connection.execute(query).mappings().first()


def _change(connection: Connection, user_id: str, **values: Any) -> bool:
    statement = update(schedules).where(schedules.c.user_id == user_id).values(values)
    return connection.execute(statement).rowcount == 1


def _is_busy(connection: Connection, user_id: str) -> bool:
    """Whether an auto-training of the user is unfinished, whoever started it."""
    query = exists().where(
        jobs.c.user_id == user_id,
        jobs.c.kind == JobKind.AUTO_TRAIN.value,
        jobs.c.state.in_(_UNFINISHED),
    )
    return bool(connection.execute(select(query)).scalar())


def _schedule(row: RowMapping) -> Schedule:
    last = None
    if row["last_at"] is not None:
        last = LastRun(row["last_at"], row["last_due_at"], row["last_job_id"], row["last_skipped"])
    return Schedule(
        at=row["at"],
        zone=row["zone"],
        num_examples=row["num_examples"],
        mix=row["mix"],
        kind=row["kind"],
        store_in_memory=row["store_in_memory"],
        next_at=row["next_at"],
        last=last,
    )
