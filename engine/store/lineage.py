"""Lineage: which rows hang together, from an example to what was made of it and learned from it.

Each method follows one kind of thread for many ids at once. Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, RowMapping, Select, and_, or_, select

from engine.domain.erasure import Noun
from engine.domain.snapshot import Split
from engine.store.database import Database
from engine.store.frozen_preferences import listing
from engine.store.tables import (
    drafts,
    examples,
    passages,
    snapshot_rows,
    snapshots,
    stories,
    two_phase_inputs,
    votes,
)
from engine.store.texts import holder_of

_IDS_PER_QUERY = 1000


@dataclass(frozen=True)
class Frozen:
    """An example in a snapshot, or what a preference there is read from, and its part there."""

    snapshot_id: str
    example_id: str
    split: Split


@dataclass(frozen=True)
class Shelved:
    """A draft, the story it is of, and the example that was made of it."""

    draft_id: str
    story_id: str
    number: int
    example_id: str | None


class Lineage:
    """Ids that are another user's lead nowhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_import(self, user_id: str, import_id: str) -> list[str]:
        """Ids of the examples that came with an import."""
        query = select(examples.c.id).where(
            examples.c.user_id == user_id, examples.c.import_id == import_id
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def variants(self, user_id: str, ids: Sequence[str]) -> list[str]:
        """Examples that reword one of these."""

        def query(some: Sequence[str]) -> Select[Any]:
            return select(examples.c.id).where(
                examples.c.user_id == user_id, examples.c.variant_of.in_(some)
            )

        return [row["id"] for row in self._each(ids, query)]

    def repeats(self, user_id: str, ids: Sequence[str]) -> list[str]:
        """Examples that nearly repeat one of these, and those that these nearly repeat."""

        def query(some: Sequence[str]) -> Select[Any]:
            repeated = select(examples.c.duplicate_of).where(
                examples.c.user_id == user_id, examples.c.id.in_(some)
            )
            return select(examples.c.id).where(
                examples.c.user_id == user_id,
                or_(examples.c.duplicate_of.in_(some), examples.c.id.in_(repeated)),
            )

        return [row["id"] for row in self._each(ids, query)]

    def drafts(self, user_id: str, example_ids: Sequence[str]) -> list[Shelved]:
        """Drafts that these examples were made of."""

        def query(some: Sequence[str]) -> Select[Any]:
            return _shelved(user_id).where(drafts.c.example_id.in_(some))

        return [_draft(row) for row in self._each(example_ids, query)]

    def drafts_of_stories(self, user_id: str, draft_ids: Sequence[str]) -> list[Shelved]:
        """Every draft of the stories that these drafts are of."""

        def query(some: Sequence[str]) -> Select[Any]:
            told = select(drafts.c.story_id).where(drafts.c.id.in_(some))
            return _shelved(user_id).where(drafts.c.story_id.in_(told))

        return [_draft(row) for row in self._each(draft_ids, query)]

    def inputs(self, user_id: str, example_ids: Sequence[str]) -> list[tuple[str, str]]:
        """Inputs of two-phase trainings that these examples were written about, each with the id of
        every example that was and still has its words."""
        written, key = examples.alias(), holder_of(Noun.INPUT).key

        def about(table: FromClause) -> ColumnElement[bool]:
            same_prompt = table.c.seed_prompt == two_phase_inputs.c.prompt
            return and_(table.c.job_id == two_phase_inputs.c.job_id, same_prompt)

        def query(some: Sequence[str]) -> Select[Any]:
            return (
                select(key.label("key"), examples.c.id)
                .select_from(two_phase_inputs)
                .join(written, about(written))
                .join(examples, about(examples))
                .where(written.c.user_id == user_id, written.c.id.in_(some))
                .where(examples.c.erased_at.is_(None))
            )

        return [(row["key"], row["id"]) for row in self._each(example_ids, query)]

    def votes(self, user_id: str, story_ids: Sequence[str]) -> list[str]:
        """Votes on answers to what these stories were asked for."""

        def query(some: Sequence[str]) -> Select[Any]:
            asked = select(stories.c.prompt).where(
                stories.c.user_id == user_id, stories.c.id.in_(some)
            )
            return select(votes.c.id).where(votes.c.user_id == user_id, votes.c.prompt.in_(asked))

        return [row["id"] for row in self._each(story_ids, query)]

    def passages(self, user_id: str, sources: Sequence[str]) -> list[str]:
        """Ids of the passages that were cut from one of these, such as `example:<id>`."""

        def query(some: Sequence[str]) -> Select[Any]:
            return select(passages.c.id).where(
                passages.c.user_id == user_id, passages.c.source.in_(some)
            )

        return [row["id"] for row in self._each(sources, query)]

    def snapshots(
        self, user_id: str, example_ids: Sequence[str], preferred_ids: Sequence[str] = ()
    ) -> list[Frozen]:
        """Snapshots that hold one of these, once for each part it has there. `preferred_ids` are those of
        votes, drafts and stories, which only preferences are read from."""

        def query(some: Sequence[str]) -> Select[Any]:
            return (
                select(snapshot_rows)
                .join(snapshots, snapshots.c.id == snapshot_rows.c.snapshot_id)
                .where(snapshots.c.user_id == user_id, snapshot_rows.c.example_id.in_(some))
                .order_by(snapshots.c.created_at, snapshot_rows.c.position)
            )

        with self._database.read() as connection:
            listed = listing(connection, user_id, [*example_ids, *preferred_ids])
        found = [
            Frozen(row["snapshot_id"], row["example_id"], Split(row["split"]))
            for row in self._each(example_ids, query)
        ]
        return list(dict.fromkeys([*found, *(Frozen(*each) for each in listed)]))

    def _each(
        self, ids: Sequence[str], query: Callable[[Sequence[str]], Select[Any]]
    ) -> Iterable[RowMapping]:
        found: list[RowMapping] = []
        with self._database.read() as connection:
            for start in range(0, len(ids), _IDS_PER_QUERY):
                found += connection.execute(query(ids[start : start + _IDS_PER_QUERY])).mappings()
        return found


def _shelved(user_id: str) -> Select[Any]:
    return (
        select(drafts.c.id, drafts.c.story_id, drafts.c.number, drafts.c.example_id)
        .join(stories, stories.c.id == drafts.c.story_id)
        .where(stories.c.user_id == user_id)
        .order_by(drafts.c.created_at, drafts.c.id)
    )


def _draft(row: RowMapping) -> Shelved:
    return Shelved(row["id"], row["story_id"], row["number"], row["example_id"])
