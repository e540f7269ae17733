"""Outbox: what the index of the memory has yet to be told, read from the passages themselves.

A passage waits until its `indexed_in` is the identity of the collection the index holds now: one that
is new, was changed, or was indexed in a collection that is lost. What was forgotten waits by its id.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from engine.domain.passage import Passage
from engine.store.database import Database
from engine.store.passages import passage_from
from engine.store.tables import forgotten_passages, passages


class Outbox:
    """What is done here may be done twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owners(self) -> list[str]:
        """Users who have passages, or forgot some."""
        query = select(passages.c.user_id).union(select(forgotten_passages.c.user_id))
        with self._database.read() as connection:
            return sorted(connection.execute(query).scalars())

    def unindexed(self, user_id: str, collection: str, limit: int) -> list[Passage]:
        """Passages that this collection does not hold as they are now, oldest first."""
        query = (
            select(passages)
            .where(passages.c.user_id == user_id, _not_in(collection))
            .order_by(passages.c.created_at, passages.c.position, passages.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [passage_from(row) for row in connection.execute(query).mappings()]

    def count_unindexed(self, user_id: str, collection: str) -> int:
        """How many passages `unindexed` would give without a limit."""
        query = select(func.count()).select_from(passages)
        with self._database.read() as connection:
            found = connection.execute(
                query.where(passages.c.user_id == user_id, _not_in(collection))
            )
            return found.scalar_one()

    def mark_indexed(
        self, user_id: str, collection: str, indexed: Sequence[Passage]
    ) -> Sequence[str]:
        """Note that the collection holds these; gives the ids of those that are gone by now.

        One that was changed since it was read stays to be indexed again.
        """
        with self._database.write() as connection:
            for each in indexed:
                connection.execute(
                    update(passages)
                    .where(
                        passages.c.user_id == user_id,
                        passages.c.id == each.id,
                        passages.c.sha256 == each.sha256,
                        passages.c.active == each.active,
                    )
                    .values(indexed_in=collection)
                )
            ids = [each.id for each in indexed]
            there = select(passages.c.id).where(
                passages.c.user_id == user_id, passages.c.id.in_(ids)
            )
            left = {*connection.execute(there).scalars()}
        return [each for each in ids if each not in left]

    def unmark(self, user_id: str, ids: Sequence[str] | None = None) -> None:
        """Let these, or all, be indexed again."""
        chosen: ColumnElement[bool] = passages.c.user_id == user_id
        if ids is not None:
            chosen = and_(chosen, passages.c.id.in_(list(ids)))
        with self._database.write() as connection:
            connection.execute(update(passages).where(chosen).values(indexed_in=None))

    def indexed(self, user_id: str, collection: str) -> list[str]:
        """Ids of what the collection should hold: indexed, and not switched off."""
        query = select(passages.c.id).where(
            passages.c.user_id == user_id,
            passages.c.indexed_in == collection,
            passages.c.active.is_(True),
        )
        with self._database.read() as connection:
            return [*connection.execute(query).scalars()]

    def forgotten(self, user_id: str) -> list[str]:
        """Ids of forgotten passages that the index may still hold."""
        query = select(forgotten_passages.c.id).where(forgotten_passages.c.user_id == user_id)
        with self._database.read() as connection:
            return [*connection.execute(query).scalars()]

    def let_go(self, user_id: str, ids: Sequence[str]) -> None:
        """The index holds these no longer."""
        gone = delete(forgotten_passages).where(
            forgotten_passages.c.user_id == user_id, forgotten_passages.c.id.in_(list(ids))
        )
        with self._database.write() as connection:
            connection.execute(gone)


def _not_in(collection: str) -> ColumnElement[bool]:
    return or_(passages.c.indexed_in.is_(None), passages.c.indexed_in != collection)
