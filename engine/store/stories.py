"""Stories: a user's own shelf. Training data never shows here, auto-training never writes here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from engine.domain.example import Author
from engine.domain.feedback import Trial
from engine.domain.passage import MemoryUse, PassageUse
from engine.domain.quality import Quality
from engine.domain.story import Draft, Story
from engine.errors import InvalidInput, NotFound
from engine.store.database import Database
from engine.store.examples import NewExample, insert_example
from engine.store.rows import (
    check_limit,
    find,
    new_id,
    now,
    quality_from,
    quality_values,
    require_user,
)
from engine.store.tables import drafts, edits, stories, trials


class Stories:
    """Stories with all their drafts. A deleted story lies in the trash until it is restored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, user_id: str, *, prompt: str, kind: str, genre: str | None, style: str | None
    ) -> Story:
        """A story without drafts. Raises NotFound for an unknown user."""
        story = {"prompt": prompt, "kind": kind, "genre": genre, "style": style}
        with self._database.write() as connection:
            require_user(connection, user_id)
            stamp = {"id": new_id(), "user_id": user_id, "created_at": now()}
            row = connection.execute(insert(stories).values(story | stamp).returning(stories))
            return _story(row.mappings().one(), ())

    def add_draft(
        self,
        user_id: str,
        story_id: str,
        *,
        text: str,
        model: str,
        seconds: float,
        completion_tokens: int,
        finish_reason: str,
        quality: Quality,
        example: NewExample | None,
        memory: MemoryUse | None = None,
        trial: Author | None = None,
        edited_id: str | None = None,
    ) -> Draft:
        """Store the next draft together with its example: both or neither.

        One of the A/B names the side that wrote it as `trial`, an edit the draft it was made from. A
        story in the trash takes drafts too: what was being written when it was deleted is not
        lost. Raises NotFound, and InvalidInput for an example of another user.
        """
        if example is not None and example.user_id != user_id:
            raise InvalidInput("example.user_id", f"must be {user_id!r}, got {example.user_id!r}")
        with self._database.write() as connection:
            find(connection, stories, "story", story_id, user_id=user_id, lock=True)
            last = select(func.max(drafts.c.number)).where(drafts.c.story_id == story_id)
            values: dict[str, Any] = {
                "id": new_id(),
                "story_id": story_id,
                "number": (connection.execute(last).scalar() or 0) + 1,
                "text": text,
                "model": model,
                "seconds": seconds,
                "completion_tokens": completion_tokens,
                "finish_reason": finish_reason,
                "example_id": insert_example(connection, example).id if example else None,
                "memory": asdict(memory or MemoryUse()),
                "created_at": now(),
            } | quality_values(quality)
            connection.execute(insert(drafts).values(values))
            mine: dict[str, Any] = {"draft_id": values["id"], "user_id": user_id}
            if trial is not None:
                blind = {"author": trial.value, "thumb": 0, "revealed_at": None}
                connection.execute(insert(trials).values(mine | blind))
            if edited_id is not None:
                _check_draft(connection, story_id, edited_id)
                connection.execute(insert(edits).values(mine | {"edited_id": edited_id}))
            row = connection.execute(_drafts().where(drafts.c.id == values["id"]))
            return _draft(row.mappings().one())

    def get(self, user_id: str, story_id: str) -> Story:
        """One story with its drafts. Raises NotFound, also for a story in the trash."""
        with self._database.read() as connection:
            row = find(connection, stories, "story", story_id, user_id=user_id)
            if row["deleted_at"] is not None:
                raise NotFound("story", story_id)
            return _with_drafts(connection, [row])[0]

    def delete(self, user_id: str, story_id: str) -> None:
        """Move the story to the trash. Raises NotFound."""
        with self._database.write() as connection:
            find(connection, stories, "story", story_id, user_id=user_id)
            connection.execute(
                update(stories)
                .where(stories.c.id == story_id, stories.c.deleted_at.is_(None))
                .values(deleted_at=now())
            )

    def restore(self, user_id: str, story_id: str) -> Story:
        """Take the story out of the trash. Raises NotFound."""
        with self._database.write() as connection:
            row = find(connection, stories, "story", story_id, user_id=user_id)
            connection.execute(
                update(stories).where(stories.c.id == story_id).values(deleted_at=None)
            )
            return _with_drafts(connection, [row])[0]

    def list(self, user_id: str, limit: int = 50) -> list[Story]:
        """Stories newest first, each with its drafts; none from the trash."""
        check_limit(limit)
        query = (
            select(stories)
            .where(stories.c.user_id == user_id, stories.c.deleted_at.is_(None))
            .order_by(stories.c.created_at.desc(), stories.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return _with_drafts(connection, [*connection.execute(query).mappings()])


def _with_drafts(connection: Connection, rows: list[RowMapping]) -> list[Story]:
    """The stories of these rows, in their order, with drafts oldest first."""
    of_story: dict[str, list[Draft]] = {row["id"]: [] for row in rows}
    query = (
        _drafts()
        .where(drafts.c.story_id.in_(list(of_story)))
        .order_by(drafts.c.story_id, drafts.c.number)
    )
    for row in connection.execute(query).mappings():
        of_story[row["story_id"]].append(_draft(row))
    return [_story(row, tuple(of_story[row["id"]])) for row in rows]


def _drafts() -> Select[Any]:
    """Drafts with what is known of them in the A/B."""
    side = (trials.c.author.label("trial"), trials.c.revealed_at)
    return select(drafts, *side).outerjoin(trials, trials.c.draft_id == drafts.c.id)


def _check_draft(connection: Connection, story_id: str, draft_id: str) -> None:
    there = select(drafts.c.id).where(drafts.c.id == draft_id, drafts.c.story_id == story_id)
    if connection.execute(there).first() is None:
        raise NotFound("draft", draft_id)


def _story(row: RowMapping, its_drafts: tuple[Draft, ...]) -> Story:
    return Story(
        id=row["id"],
        user_id=row["user_id"],
        prompt=row["prompt"],
        kind=row["kind"],
        genre=row["genre"],
        style=row["style"],
        created_at=row["created_at"],
        drafts=its_drafts,
    )


def _memory(stored: dict[str, Any]) -> MemoryUse:
    """Empty for drafts from before there was a memory."""
    uses = tuple(PassageUse(**use) for use in stored.get("passages", ()))
    return MemoryUse(stored.get("asked", False), stored.get("problem", ""), uses)


def _draft(row: RowMapping) -> Draft:
    return Draft(
        id=row["id"],
        story_id=row["story_id"],
        number=row["number"],
        text=row["text"],
        model=row["model"],
        seconds=row["seconds"],
        completion_tokens=row["completion_tokens"],
        finish_reason=row["finish_reason"],
        quality=quality_from(row),
        example_id=row["example_id"],
        created_at=row["created_at"],
        memory=_memory(row["memory"]),
        trial=Trial(Author(row["trial"]), row["revealed_at"] is None) if row["trial"] else None,
    )
