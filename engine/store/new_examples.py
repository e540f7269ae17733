"""New examples: trainable ones that no training has learned yet, for one user or for all at once.

An example is new when it was made since a moment, or when it was accepted since then and is in no
training set: a text that scored too low, say, and that a person took all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    String,
    Subquery,
    case,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    values,
)

from engine.domain.example import Decision
from engine.domain.job import Job, JobKind, JobState
from engine.domain.version import Student
from engine.store.columns import UtcDateTime
from engine.store.database import Database
from engine.store.examples import is_trainable
from engine.store.frozen_preferences import is_of_preferences
from engine.store.jobs import insert_job
from engine.store.rows import require_user
from engine.store.tables import decisions, examples, jobs, runs, snapshot_rows, snapshots, users

# Before everything that was ever stored.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)


class Moments(NamedTuple):
    """When the newest training set was learned from, and when a training was last asked for, whatever
    became of it; `NEVER` before the first."""

    learned: datetime
    tried: datetime


class NewExamples:
    """Counts, and the start of a training on what is new."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def moments(self, user_id: str) -> Moments:
        """Since when the user's examples are new."""
        with self._database.read() as connection:
            return _moments(connection, user_id)

    def count(self, user_id: str, since: datetime, *, threshold: float) -> int:
        """How many trainable examples of the user are new since a moment."""
        with self._database.read() as connection:
            return sum(
                connection.execute(
                    select(func.count()).where(
                        examples.c.user_id == user_id, is_trainable(threshold), *condition
                    )
                ).scalar_one()
                for condition in _new_since(literal(since, UtcDateTime()))
            )

    def since_tried(self, *, threshold: float, own: Mapping[str, float]) -> dict[str, int]:
        """New examples of everybody since a training was last asked for.

        `own` are the thresholds of those for whom `threshold` does not hold.
        """
        rows = _asked_for()
        tried = (
            select(rows.c.user_id, func.max(rows.c.created_at).label("at"))
            .group_by(rows.c.user_id)
            .subquery()
        )
        since = func.coalesce(tried.c.at, literal(NEVER, UtcDateTime()))
        chosen = values(column("user_id", String()), column("threshold", Float()), name="chosen")
        cuts = chosen.data(list(own.items()) or [("", threshold)]).cte()
        cut = func.coalesce(cuts.c.threshold, threshold)
        # Counted user by user, so that the database reads nobody's older rows.
        counts = [
            select(func.count())
            .where(examples.c.user_id == users.c.id, is_trainable(cut), *condition)
            .correlate(users, tried, cuts)
            .scalar_subquery()
            for condition in _new_since(since)
        ]
        query = select(users.c.id, counts[0] + counts[1]).select_from(
            users.outerjoin(tried, tried.c.user_id == users.c.id).outerjoin(
                cuts, cuts.c.user_id == users.c.id
            )
        )
        with self._database.read() as connection:
            return dict(connection.execute(query).tuples().all())

    def busy(self) -> set[str]:
        """Users with a job that waits or runs: each kind of job makes examples, or learns them."""
        query = select(jobs.c.user_id).where(jobs.c.state.in_(_UNFINISHED)).distinct()
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def decided_at(self, user_id: str) -> datetime:
        """When the user last decided about a text."""
        query = (
            select(decisions.c.decided_at)
            .where(decisions.c.user_id == user_id)
            .order_by(decisions.c.id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar() or NEVER

    def begin_training(
        self, user_id: str, request: dict[str, Any], *, tried: datetime
    ) -> Job | None:
        """The training of what is new, once: None when another was asked for since `tried`, or when
        a job of the user waits or runs. Raises NotFound for an unknown user."""
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            unfinished = exists().where(jobs.c.user_id == user_id, jobs.c.state.in_(_UNFINISHED))
            if connection.execute(select(unfinished)).scalar():
                return None
            if _moments(connection, user_id).tried != tried:
                return None
            return insert_job(connection, user_id, JobKind.TRAINING, request)


def _asked_for() -> Subquery:
    """Each user's moments: `learned` and `tried` as rows with a time, to be summed up. What another
    student learned is new to `zega-<user>` all the same, and a preference training learns no examples."""
    elsewhere = exists().where(
        runs.c.id == jobs.c.id,
        runs.c.snapshot_id == snapshots.c.id,
        or_(runs.c.student != Student.ZEGA.value, is_of_preferences()),
    )
    learned = (
        select(runs.c.user_id, snapshots.c.created_at, literal(True).label("learned"))
        .join(snapshots, snapshots.c.id == runs.c.snapshot_id)
        .where(runs.c.student == Student.ZEGA.value, ~is_of_preferences())
        .distinct()
    )
    tried = select(jobs.c.user_id, jobs.c.created_at, literal(False).label("learned")).where(
        jobs.c.kind == JobKind.TRAINING.value,
        jobs.c.state != JobState.CREATED.value,
        ~elsewhere,
    )
    return union_all(learned, tried).subquery()


def _moments(connection: Connection, user_id: str) -> Moments:
    rows = _asked_for()
    learned = func.max(case((rows.c.learned, rows.c.created_at)))
    query = select(learned, func.max(rows.c.created_at)).where(rows.c.user_id == user_id)
    found = connection.execute(query).one()
    return Moments(found[0] or NEVER, found[1] or NEVER)


def _new_since(since: ColumnElement[Any]) -> tuple[Collection[ColumnElement[bool]], ...]:
    """The two ways to be new, which exclude each other: each can use an index of its own."""
    learned = exists().where(snapshot_rows.c.example_id == examples.c.id)
    return (
        [examples.c.created_at > since],
        [
            examples.c.decided_at > since,
            examples.c.created_at <= since,
            examples.c.decision == Decision.ACCEPTED.value,
            ~learned,
        ],
    )
