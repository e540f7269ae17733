"""Growth: how the collection came to be, counted by the database. No text is read here.

Every query here is answered from the index `ix_examples_overview` alone: rows of examples are long,
and reading them all to count them would take most of a second at 50,000.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, case, cast, func, select

from engine.domain.example import Source
from engine.store.database import Database
from engine.store.examples import is_trainable
from engine.store.outcomes import Result
from engine.store.tables import examples, jobs, outcomes

SCORE_STEPS = 100  # scores are counted to a hundredth


class Dimension(StrEnum):
    """What growth can be told apart by."""

    GENRE = "genre"
    KIND = "kind"
    GENERATOR = "generator"


class DayCount(NamedTuple):
    """Trainable examples that were added on one day (UTC) and share a `name` in some dimension."""

    day: date
    name: str | None
    added: int


class ScoreCount(NamedTuple):
    """How many texts got a score (0-10, to a hundredth), trainable ones and the others apart."""

    score: float
    usable: int
    others: int


class Growth:
    """Counts of one user's examples and of what was rejected."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def days(self, user_id: str, by: Dimension, *, threshold: float) -> list[DayCount]:
        """Trainable examples by day and one dimension, oldest day first."""
        day, column = func.date(examples.c.created_at), examples.c[by.value]
        query = (
            select(day, column, func.count())
            .where(examples.c.user_id == user_id, is_trainable(threshold))
            .group_by(day, column)
            .order_by(day, column)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [DayCount(date.fromisoformat(str(row[0])), row[1], row[2]) for row in rows]

    def genres(self, user_id: str, *, threshold: float) -> dict[str, int]:
        """Trainable examples of each genre; those without one are not in it."""
        query = (
            select(examples.c.genre, func.count())
            .where(examples.c.user_id == user_id, is_trainable(threshold))
            .where(examples.c.genre.is_not(None))
            .group_by(examples.c.genre)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {row[0]: row[1] for row in rows}

    def scores(self, user_id: str, *, threshold: float) -> list[ScoreCount]:
        """Examples and rejected slots by score, lowest first."""
        step = cast(func.round(examples.c.score * SCORE_STEPS), Integer)
        written = (
            select(step, func.count(), _trainable(threshold))
            .where(examples.c.user_id == user_id, examples.c.source != Source.VARIANT.value)
            .group_by(step)
        )
        best = cast(func.round(outcomes.c.score * SCORE_STEPS), Integer)
        rejected = (
            select(best, func.count())
            .join(jobs, jobs.c.id == outcomes.c.job_id)
            .where(jobs.c.user_id == user_id, outcomes.c.result == Result.REJECTED.value)
            .group_by(best)
        )
        usable: dict[int, int] = {}
        others: dict[int, int] = {}
        with self._database.read() as connection:
            for at, count, trainable in connection.execute(written):
                usable[at] = trainable
                others[at] = count - trainable
            for at, count in connection.execute(rejected):
                others[at] = others.get(at, 0) + count
        return [
            ScoreCount(at / SCORE_STEPS, usable.get(at, 0), others[at]) for at in sorted(others)
        ]


def _trainable(threshold: float) -> ColumnElement[int]:
    """The number of trainable rows of a group."""
    return func.sum(case((is_trainable(threshold), 1), else_=0))
