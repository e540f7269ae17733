"""Serving: which model server answers now, and at which position each version's adapter lies.

Positions only mean something inside their generation: an old one can be another user's adapter
after a restart. So a generation is read as a whole, and ids of generations never come again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from engine.store.database import Database
from engine.store.rows import now
from engine.store.tables import generations


@dataclass(frozen=True)
class Generation:
    """One started model server. `adapters` maps version ids to positions in its adapter list."""

    id: int
    url: str
    base_model: str
    base_sha256: str
    adapters: dict[str, int]
    embeddings_url: str
    published_at: datetime


class Serving:
    """At most one generation is current."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(
        self,
        url: str,
        base_model: str,
        base_sha256: str,
        adapters: dict[str, int],
        embeddings_url: str,
    ) -> int:
        """Replace the current generation and give the id of the new one."""
        values: dict[str, Any] = {
            "url": url,
            "base_model": base_model,
            "base_sha256": base_sha256,
            "adapters": adapters,
            "embeddings_url": embeddings_url,
        }
        with self._database.write() as connection:
            statement = insert(generations).values(**values, published_at=now())
            generation_id: int = connection.execute(
                statement.returning(generations.c.id)
            ).scalar_one()
            connection.execute(delete(generations).where(generations.c.id != generation_id))
            return generation_id

    def current(self) -> Generation | None:
        """The generation to send requests to; None while no server is up."""
        query = select(generations).order_by(generations.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else Generation(**row)

    def clear(self) -> None:
        """Withdraw the current generation: its server is going down."""
        with self._database.write() as connection:
            connection.execute(delete(generations))
