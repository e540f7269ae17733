"""Releases: jobs that ask the model server to give its memory back for a while.

A release holds while its job is not over, so a job that dies or is cancelled never keeps the models
away. The model server answers by marking it done once its base has left memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from engine.domain.job import JobState
from engine.store.database import Database
from engine.store.rows import insert_once, now
from engine.store.tables import jobs, releases


@dataclass(frozen=True)
class Release:
    """`done_at` is when the base had left memory; None while it has not."""

    job_id: str
    user_id: str
    asked_at: datetime
    done_at: datetime | None


class Releases:
    """Several jobs may ask at once; the base comes back when none does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, job_id: str) -> None:
        """Ask for room; a second time changes nothing."""
        values = {"job_id": job_id, "asked_at": now(), "done_at": None}
        with self._database.write() as connection:
            insert_once(connection, releases, values)

    def standing(self) -> list[Release]:
        """Releases whose jobs run, oldest first."""
        query = (
            select(releases, jobs.c.user_id)
            .join(jobs, jobs.c.id == releases.c.job_id)
            .where(jobs.c.state == JobState.RUNNING.value)
            .order_by(releases.c.asked_at, releases.c.job_id)
        )
        with self._database.read() as connection:
            return [Release(**row) for row in connection.execute(query).mappings()]

    def done(self) -> None:
        """The base has left memory: say so to all who ask."""
        statement = update(releases).where(releases.c.done_at.is_(None)).values(done_at=now())
        with self._database.write() as connection:
            connection.execute(statement)

    def end(self, job_id: str) -> None:
        """The room is not needed any more."""
        with self._database.write() as connection:
            connection.execute(delete(releases).where(releases.c.job_id == job_id))
