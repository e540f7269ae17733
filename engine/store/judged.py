"""Judged texts: which of two a person made of the other, which were accepted or refused, and thumbs."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select

from engine.domain.example import Example
from engine.domain.review import Action
from engine.store.database import Database
from engine.store.examples import example_from
from engine.store.tables import decisions, drafts, edits, examples, remarks, stories
from engine.store.texts import ERASED
from engine.store.verdicts import is_no_judgement


class Edited(NamedTuple):
    """An example that a person made of another."""

    better_id: str
    worse_id: str
    at: datetime


class Stopped(NamedTuple):
    """A draft that became no example, as a person stopped it or it broke off, and the thumb on it."""

    draft_id: str
    story_id: str
    seed_prompt: str
    kind: str
    genre: str | None
    style: str | None
    text: str
    at: datetime
    thumb: int

    @property
    def is_erased(self) -> bool:
        return ERASED in (self.text, self.seed_prompt)


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
        """Examples that a person accepted or rejected, or that have a thumb."""
        query = (
            select(examples)
            .where(
                examples.c.user_id == user_id,
                or_(
                    and_(examples.c.decision.is_not(None), ~is_no_judgement()),
                    examples.c.feedback != 0,
                ),
                examples.c.erased_at.is_(None),
            )
            .order_by(examples.c.created_at.desc(), examples.c.id)
        )
        with self._database.read() as connection:
            return [example_from(row) for row in connection.execute(query).mappings()]

    def stopped(self, user_id: str) -> list[Stopped]:
        """Drafts that became no example, without a thumb or words too."""
        query = (
            select(
                drafts.c.id,
                stories.c.id,
                stories.c.prompt,
                stories.c.kind,
                stories.c.genre,
                stories.c.style,
                drafts.c.text,
                drafts.c.created_at,
                func.coalesce(remarks.c.thumb, 0),
            )
            .join(stories, stories.c.id == drafts.c.story_id)
            .outerjoin(remarks, remarks.c.id == drafts.c.id)
            .where(stories.c.user_id == user_id, drafts.c.example_id.is_(None))
            .order_by(drafts.c.created_at.desc(), drafts.c.id)
        )
        with self._database.read() as connection:
            return [Stopped(*row) for row in connection.execute(query)]
