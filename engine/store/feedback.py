"""Feedback: thumbs with their reasons, the A/B, and both counted by the database. No text is read here.

A thumb is the example's own column where there is an example; a draft that became none has it in its
remark. Thumbs on examples are counted from the index `ix_examples_overview` alone, everything else
from tables that hold a short row for each thing that was said.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, and_, cast, func, select, update

from engine.domain.example import Author
from engine.domain.feedback import Remark
from engine.domain.review import Action
from engine.errors import NotFound
from engine.store.database import Database
from engine.store.examples import check_feedback, set_feedback
from engine.store.rows import find, now, upsert
from engine.store.tables import decisions, drafts, edits, examples, remarks, stories, trials


class ThumbCount(NamedTuple):
    """Thumbs of one direction on the texts of one model."""

    writer: str
    thumb: int
    times: int


class EditCount(NamedTuple):
    """How many texts of one model were edited."""

    writer: str
    times: int


class ReasonsCount(NamedTuple):
    """How often these reasons were given together for a thumb of one direction."""

    thumb: int
    reasons: tuple[str, ...]
    times: int


class TrialCount(NamedTuple):
    """Thumbs of one direction that were given unseen on what one side of the A/B wrote."""

    author: Author
    thumb: int
    times: int


class Feedback:
    """What is said about a draft is said about its example, if it has one, and the other way round."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(
        self,
        user_id: str,
        thumb: int,
        *,
        draft_id: str | None = None,
        example_id: str | None = None,
        reasons: Sequence[str] | None = None,
        note: str | None = None,
    ) -> Remark:
        """Store a thumb (1, 0 or -1) on a draft or an example; reasons and note that are None stay as
        they are, unless the thumb is another one. Raises InvalidInput and NotFound."""
        check_feedback(thumb)
        with self._database.write() as connection:
            draft_id, example_id = _about(connection, user_id, draft_id, example_id)
            before = _remark(connection, draft_id, example_id)
            if before.thumb != thumb:
                before = Remark(thumb)
            remark = Remark(
                thumb,
                before.reasons if reasons is None else tuple(reasons),
                before.note if note is None else note,
            )
            if example_id is not None:
                set_feedback(connection, user_id, example_id, thumb)
            values: dict[str, Any] = {
                "id": example_id or draft_id,
                "user_id": user_id,
                "example_id": example_id,
                "draft_id": draft_id,
                "thumb": thumb,
                "reasons": list(remark.reasons),
                "note": remark.note,
                "given_at": now(),
            }
            upsert(connection, remarks, values)
            _end_trial(connection, draft_id, thumb)
            return remark

    def of(self, user_id: str, draft_id: str) -> Remark:
        """What was said about a draft. Raises NotFound."""
        with self._database.read() as connection:
            return _remark(connection, *_about(connection, user_id, draft_id, None))

    def reveal(self, user_id: str, draft_id: str) -> None:
        """Say who wrote a draft of the A/B: a thumb that comes later counts not there. Raises NotFound."""
        with self._database.write() as connection:
            _about(connection, user_id, draft_id, None)
            hidden = and_(trials.c.draft_id == draft_id, trials.c.revealed_at.is_(None))
            connection.execute(update(trials).where(hidden).values(revealed_at=now()))

    def thumbs(self, user_id: str) -> list[ThumbCount]:
        """Thumbs on what models wrote."""
        on_examples = (
            select(examples.c.generator, examples.c.feedback, func.count())
            .where(
                examples.c.user_id == user_id,
                examples.c.feedback != 0,
                examples.c.author != Author.PERSON.value,
            )
            .group_by(examples.c.generator, examples.c.feedback)
        )
        on_drafts = (
            select(drafts.c.model, remarks.c.thumb, func.count())
            .join(drafts, drafts.c.id == remarks.c.draft_id)
            .where(
                remarks.c.user_id == user_id, remarks.c.example_id.is_(None), remarks.c.thumb != 0
            )
            .group_by(drafts.c.model, remarks.c.thumb)
        )
        with self._database.read() as connection:
            return [
                ThumbCount(*row)
                for query in (on_examples, on_drafts)
                for row in connection.execute(query)
            ]

    def edits(self, user_id: str) -> list[EditCount]:
        """Texts of models that the person edited, on Write and in review."""
        on_write = (
            select(drafts.c.model, func.count(edits.c.edited_id.distinct()))
            .join(drafts, drafts.c.id == edits.c.edited_id)
            .where(edits.c.user_id == user_id, drafts.c.model != user_id)
            .group_by(drafts.c.model)
        )
        in_review = (
            select(examples.c.generator, func.count(examples.c.id.distinct()))
            .join(decisions, decisions.c.example_id == examples.c.id)
            .where(
                decisions.c.user_id == user_id,
                decisions.c.action == Action.EDIT.value,
                decisions.c.undone_at.is_(None),
                examples.c.author != Author.PERSON.value,
            )
            .group_by(examples.c.generator)
        )
        with self._database.read() as connection:
            return [
                EditCount(*row)
                for query in (on_write, in_review)
                for row in connection.execute(query)
            ]

    def reasons(self, user_id: str) -> list[ReasonsCount]:
        """Reasons of all thumbs that stand."""
        said = cast(remarks.c.reasons, Text)
        query: Select[Any] = (
            select(remarks.c.thumb, said, func.count())
            .where(remarks.c.user_id == user_id, said != "[]")
            .group_by(remarks.c.thumb, said)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [ReasonsCount(thumb, tuple(json.loads(ids)), count) for thumb, ids, count in rows]

    def trials(self, user_id: str) -> list[TrialCount]:
        """Thumbs that were given unseen."""
        query = (
            select(trials.c.author, trials.c.thumb, func.count())
            .where(trials.c.user_id == user_id, trials.c.thumb != 0)
            .group_by(trials.c.author, trials.c.thumb)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [TrialCount(Author(author), thumb, count) for author, thumb, count in rows]


def _about(
    connection: Connection, user_id: str, draft_id: str | None, example_id: str | None
) -> tuple[str | None, str | None]:
    """The user's draft and example that are named by the id of one of them."""
    is_it = drafts.c.id == draft_id if draft_id is not None else drafts.c.example_id == example_id
    query = (
        select(drafts.c.id, drafts.c.example_id)
        .join(stories, stories.c.id == drafts.c.story_id)
        .where(stories.c.user_id == user_id, is_it)
    )
    row = connection.execute(query).first()
    if row is not None:
        return row[0], row[1]
    if draft_id is not None:
        raise NotFound("draft", draft_id)
    find(connection, examples, "example", str(example_id), user_id=user_id)
    return None, example_id


def _remark(connection: Connection, draft_id: str | None, example_id: str | None) -> Remark:
    """What was said: the example's own thumb, with the reasons if they are for that one."""
    query = select(remarks).where(remarks.c.id == (example_id or draft_id))
    row = connection.execute(query).mappings().first()
    said = Remark(row["thumb"], tuple(row["reasons"]), row["note"]) if row else Remark()
    if example_id is None:
        return said
    own = select(examples.c.feedback).where(examples.c.id == example_id)
    thumb: int = connection.execute(own).scalar_one()
    return said if said.thumb == thumb else Remark(thumb)


def _end_trial(connection: Connection, draft_id: str | None, thumb: int) -> None:
    """A thumb shows who wrote: it counts in the A/B until it is changed, and one that comes later never."""
    trial = trials.c.draft_id == draft_id
    if thumb:
        unseen = and_(trial, trials.c.revealed_at.is_(None))
        values = {"thumb": thumb, "revealed_at": now()}
        if connection.execute(update(trials).where(unseen).values(values)).rowcount:
            return
    changed = and_(trial, trials.c.thumb != thumb)
    connection.execute(update(trials).where(changed).values(thumb=0))
