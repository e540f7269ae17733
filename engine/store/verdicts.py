"""Verdicts: scores of texts that a person decided about, without the texts."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from engine.domain.calibration import Verdict
from engine.domain.example import Author, Decision
from engine.store.database import Database
from engine.store.rows import check_limit
from engine.store.tables import examples


class Verdicts:
    """A decision in review counts, and where there is none a thumb."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, user_id: str, *, limit: int) -> list[Verdict]:
        """The newest decisions about texts that models wrote."""
        check_limit(limit)
        table = examples
        query = (
            select(table.c.score, table.c.decision, table.c.feedback)
            .where(
                table.c.user_id == user_id,
                table.c.author != Author.PERSON.value,
                table.c.erased_at.is_(None),
                or_(table.c.decision.is_not(None), table.c.feedback != 0),
            )
            .order_by(func.coalesce(table.c.decided_at, table.c.created_at).desc(), table.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                Verdict(score, decision == Decision.ACCEPTED.value if decision else feedback > 0)
                for score, decision, feedback in connection.execute(query)
            ]
