"""The review queue: which texts a person looks at next, and how many there are. It decides nothing.

Paging and counting happen in the database. A queue is a view of the examples, not a list of its own:
whatever fits the filter is in it, and leaves it by being decided about.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, select

from engine.domain.example import Author, Decision, Example, Source
from engine.domain.review import Action, Order, Pile, ReviewFilter, ReviewProgress
from engine.store.database import Database
from engine.store.examples import example_from, is_kept
from engine.store.rows import check_limit
from engine.store.tables import decisions, examples

# A score so near to the threshold that the other side of it is as likely.
BORDERLINE = 1.0


class ReviewQueue:
    """Texts that were replaced, erased, thumbed down or nearly repeat a kept one are in no queue.

    Variants are in one only when they are asked for by their source.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        user_id: str,
        where: ReviewFilter,
        order: Order,
        *,
        threshold: float,
        limit: int = 20,
        offset: int = 0,
    ) -> list[Example]:
        """Texts of the queue from `offset` on, in order; skipped ones last, the longest ago first."""
        check_limit(limit, offset)
        skips = _skips(user_id)
        # Ids are sorted, not rows: their texts are long.
        query = (
            select(examples.c.id)
            .outerjoin(skips, skips.c.example_id == examples.c.id)
            .where(_in_pile(user_id, where, threshold))
            .order_by(func.coalesce(skips.c.last, 0), *_ordering(order, threshold), examples.c.id)
        )
        with self._database.read() as connection:
            ids = list(connection.execute(query.limit(limit).offset(offset)).scalars())
            rows = connection.execute(select(examples).where(examples.c.id.in_(ids))).mappings()
            found = {row["id"]: example_from(row) for row in rows}
        return [found[each] for each in ids]

    def count(self, user_id: str, where: ReviewFilter, *, threshold: float) -> int:
        """How many texts the queue holds."""
        query = select(func.count()).where(_in_pile(user_id, where, threshold))
        with self._database.read() as connection:
            return connection.execute(query.select_from(examples)).scalar_one()

    def progress(
        self, user_id: str, where: ReviewFilter, *, threshold: float, target: int | None
    ) -> ReviewProgress:
        """What was decided within the filter, whatever its pile, and what waits in the pile."""
        edits = select(decisions.c.result_id).where(
            decisions.c.user_id == user_id,
            decisions.c.action == Action.EDIT.value,
            decisions.c.undone_at.is_(None),
        )
        there = and_(_narrowed(user_id, where), _is_there())
        accepted = examples.c.decision == Decision.ACCEPTED.value
        query = select(
            _count_if(accepted),
            _count_if(and_(accepted, examples.c.id.in_(edits))),
            _count_if(examples.c.decision == Decision.REJECTED.value),
        ).where(there, examples.c.decision.is_not(None))
        with self._database.read() as connection:
            accepted_count, edited, rejected = connection.execute(query).one()
        open_pile = where.pile is not Pile.DECIDED
        waiting = self.count(user_id, where, threshold=threshold) if open_pile else 0
        return ReviewProgress(waiting, accepted_count, edited, rejected, target)

    def texts(
        self, user_id: str, where: ReviewFilter, *, threshold: float, after: str = "", limit: int
    ) -> list[Example]:
        """Texts of the queue in the order of their ids, beyond the id `after`: to go through all."""
        query = (
            select(examples)
            .where(_in_pile(user_id, where, threshold), examples.c.id > after)
            .order_by(examples.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [example_from(row) for row in connection.execute(query).mappings()]


def _skips(user_id: str) -> FromClause:
    """The newest skip of each skipped text."""
    return (
        select(decisions.c.example_id, func.max(decisions.c.id).label("last"))
        .where(
            decisions.c.user_id == user_id,
            decisions.c.action == Action.SKIP.value,
            decisions.c.undone_at.is_(None),
        )
        .group_by(decisions.c.example_id)
        .subquery()
    )


def _ordering(order: Order, threshold: float) -> list[ColumnElement[Any]]:
    if order is Order.BORDERLINE:
        return [func.abs(examples.c.score - threshold), examples.c.created_at]
    if order is Order.NEWEST:
        return [examples.c.created_at.desc()]
    return [examples.c.created_at]


def _is_there() -> ColumnElement[bool]:
    return and_(
        examples.c.duplicate_of.is_(None),
        examples.c.erased_at.is_(None),
        examples.c.feedback >= 0,
    )


def _narrowed(user_id: str, where: ReviewFilter) -> ColumnElement[bool]:
    """The fields of a filter but its pile."""
    conditions = [examples.c.user_id == user_id]
    if where.kind is not None:
        conditions.append(examples.c.kind == where.kind)
    if where.genre is not None:
        conditions.append(examples.c.genre == where.genre)
    if where.source is None:
        conditions.append(examples.c.source != Source.VARIANT.value)
    else:
        conditions.append(examples.c.source == where.source.value)
    if where.job_id is not None:
        conditions.append(examples.c.job_id == where.job_id)
    return and_(*conditions)


def _in_pile(user_id: str, where: ReviewFilter, threshold: float) -> ColumnElement[bool]:
    """Whether a row is in the queue of this filter."""
    undecided = examples.c.decision.is_(None)
    in_pile = {
        Pile.WAITING: and_(undecided, examples.c.source == Source.REVIEW.value),
        Pile.BORDERLINE: and_(
            undecided,
            examples.c.author != Author.PERSON.value,
            func.abs(examples.c.score - threshold) <= BORDERLINE,
        ),
        Pile.KEPT: and_(undecided, is_kept(threshold)),
        Pile.UNDECIDED: undecided,
        Pile.DECIDED: examples.c.decision.is_not(None),
    }[where.pile]
    return and_(_narrowed(user_id, where), _is_there(), in_pile)


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
