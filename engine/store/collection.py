"""Collection: figures over examples, counted by the database. What they mean is said in
`engine.domain.example`; no text is read here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from engine.domain.example import Source
from engine.store.database import Database
from engine.store.examples import is_kept, is_trainable
from engine.store.tables import examples


@dataclass(frozen=True)
class CollectionStats:
    """What has been collected. `last_updated` is the newest example's time, None without any.

    `average_quality` is the mean score (0-10) of all examples, 0.0 without any. Examples without a
    genre are not in `by_genre`. Rejected candidates are no examples and variants none of their own: they
    are counted nowhere here.
    """

    total_examples: int = 0
    last_updated: datetime | None = None
    kept: int = 0
    trainable: int = 0
    average_quality: float = 0.0
    by_generator: dict[str, int] = field(default_factory=dict)
    by_genre: dict[str, int] = field(default_factory=dict)
    by_kind: dict[str, int] = field(default_factory=dict)


class Collection:
    """Counts of one user's examples, or of everybody's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stats(self, user_id: str | None, *, threshold: float) -> CollectionStats:
        """The figures of this user; None counts everybody's examples."""
        owned = examples.c.source != Source.VARIANT.value
        if user_id is not None:
            owned = and_(owned, examples.c.user_id == user_id)
        totals = select(
            func.count().label("total_examples"),
            func.max(examples.c.created_at).label("last_updated"),
            func.count().filter(is_kept(threshold)).label("kept"),
            func.count().filter(is_trainable(threshold)).label("trainable"),
            func.coalesce(func.avg(examples.c.score), 0.0).label("average_quality"),
        ).where(owned)
        with self._database.read() as connection:
            return CollectionStats(
                **connection.execute(totals).mappings().one(),
                by_generator=_counts(connection, examples.c.generator, owned),
                by_genre=_counts(connection, examples.c.genre, owned),
                by_kind=_counts(connection, examples.c.kind, owned),
            )


def _counts(
    connection: Connection, column: ColumnElement[str], owned: ColumnElement[bool]
) -> dict[str, int]:
    """How many examples have each value of a column, the commonest first."""
    query = (
        select(column, func.count())
        .where(owned, column.is_not(None))
        .group_by(column)
        .order_by(func.count().desc(), column)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
