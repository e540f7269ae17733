"""Judged texts: which of two a person made of the other, and which were accepted or refused."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from engine.domain.example import Example
from engine.domain.review import Action
from engine.store.database import Database
from engine.store.examples import example_from
from engine.store.tables import decisions, drafts, edits, examples


class Edited(NamedTuple):
    """An example that a person made of another."""

    better_id: str
    worse_id: str
    at: datetime


class Judged:
    """Newest first. Nothing here changes anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def edits(self, user_id: str) -> list[Edited]:
        """Edits on Write and in review that stand, where both texts are examples."""
        mine, before = drafts.alias(), drafts.alias()
        on_write = (
            select(mine.c.example_id, before.c.example_id, mine.c.created_at)
            .select_from(edits)
            .join(mine, mine.c.id == edits.c.draft_id)
            .join(before, before.c.id == edits.c.edited_id)
            .where(
                edits.c.user_id == user_id,
                mine.c.example_id.is_not(None),
                before.c.example_id.is_not(None),
            )
        )
        in_review = select(
            decisions.c.result_id, decisions.c.example_id, decisions.c.decided_at
        ).where(
            decisions.c.user_id == user_id,
            decisions.c.action == Action.EDIT.value,
            decisions.c.result_id.is_not(None),
            decisions.c.undone_at.is_(None),
        )
        with self._database.read() as connection:
            found = [
                Edited(*row) for query in (on_write, in_review) for row in connection.execute(query)
            ]
        return sorted(found, key=lambda edit: edit.at, reverse=True)

    def texts(self, user_id: str) -> list[Example]:
        """Examples that were accepted or rejected or have a thumb."""
        query = (
            select(examples)
            .where(
                examples.c.user_id == user_id,
                or_(examples.c.decision.is_not(None), examples.c.feedback != 0),
                examples.c.erased_at.is_(None),
            )
            .order_by(examples.c.created_at.desc(), examples.c.id)
        )
        with self._database.read() as connection:
            return [example_from(row) for row in connection.execute(query).mappings()]
