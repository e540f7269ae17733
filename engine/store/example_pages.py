"""Example pages: one page of a user's examples at a time, whatever they are narrowed to.

What to show is decided in the index `ix_examples_overview` alone, so that 50,000 long texts are never
read; only the texts of the page are. What a state means is said in `engine.domain.example`; a test
compares the two row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, or_, select

from engine.domain.example import Author, Decision, Example, ExampleState, Source
from engine.store.database import Database
from engine.store.examples import example_from, is_kept
from engine.store.growth import SCORE_STEPS, ScoreCount
from engine.store.rows import check_limit
from engine.store.tables import examples


@dataclass(frozen=True)
class ExampleFilter:
    """What examples are narrowed to; None leaves a field open. Scores are 0-10, both ends included."""

    source: Source | None = None
    author: Author | None = None
    genre: str | None = None
    kind: str | None = None
    state: ExampleState | None = None
    lowest: float = 0.0
    highest: float = 10.0
    import_id: str | None = None


class ExamplePage(NamedTuple):
    """Some examples, newest first, and how many there are in all."""

    rows: tuple[Example, ...]
    total: int


class ExamplePages:
    """Reads only, each in one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        user_id: str,
        chosen: ExampleFilter,
        *,
        threshold: float,
        limit: int,
        offset: int = 0,
    ) -> ExamplePage:
        """One page of what is left. Raises InvalidInput."""
        check_limit(limit, offset)
        where = _matching(user_id, chosen, threshold)
        ids = (
            select(examples.c.id)
            .where(where)
            .order_by(examples.c.created_at.desc(), examples.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        count = select(func.count()).select_from(examples).where(where)
        with self._database.read() as connection:
            total = connection.execute(count).scalar_one()
            wanted = list(connection.execute(ids).scalars())
            found = connection.execute(select(examples).where(examples.c.id.in_(wanted)))
            rows = {row["id"]: example_from(row) for row in found.mappings()}
        return ExamplePage(tuple(rows[each] for each in wanted), total)

    def scores(self, user_id: str, chosen: ExampleFilter, *, threshold: float) -> list[ScoreCount]:
        """How the scores of what is left are spread, lowest first."""
        step = cast(func.round(examples.c.score * SCORE_STEPS), Integer)
        usable = func.sum(case((state_of(threshold) == ExampleState.USABLE.value, 1), else_=0))
        query = (
            select(step, func.count(), usable)
            .where(_matching(user_id, chosen, threshold))
            .group_by(step)
            .order_by(step)
        )
        with self._database.read() as connection:
            return [
                ScoreCount(at / SCORE_STEPS, used, count - used)
                for at, count, used in connection.execute(query)
            ]


def state_of(threshold: float) -> ColumnElement[str]:
    """The state of a row, by its name."""
    rejected = or_(examples.c.feedback < 0, examples.c.decision == Decision.REJECTED.value)
    return case(
        (examples.c.erased_at.is_not(None), ExampleState.ERASED.value),
        (rejected, ExampleState.REJECTED.value),
        (examples.c.duplicate_of.is_not(None), ExampleState.DUPLICATE.value),
        (examples.c.author == Author.STUDENT.value, ExampleState.STUDENT.value),
        (examples.c.source == Source.VARIANT.value, ExampleState.VARIANT.value),
        (is_kept(threshold), ExampleState.USABLE.value),
        else_=ExampleState.LOW.value,
    )


def _matching(user_id: str, chosen: ExampleFilter, threshold: float) -> ColumnElement[bool]:
    conditions = [examples.c.user_id == user_id]
    if chosen.source is not None:
        conditions.append(examples.c.source == chosen.source.value)
    if chosen.author is not None:
        conditions.append(examples.c.author == chosen.author.value)
    if chosen.genre is not None:
        conditions.append(examples.c.genre == chosen.genre)
    if chosen.kind is not None:
        conditions.append(examples.c.kind == chosen.kind)
    if chosen.import_id is not None:
        conditions.append(examples.c.import_id == chosen.import_id)
    if chosen.state is not None:
        conditions.append(state_of(threshold) == chosen.state.value)
    if (chosen.lowest, chosen.highest) != (0.0, 10.0):
        conditions.append(examples.c.score.between(chosen.lowest, chosen.highest))
    return and_(*conditions)
