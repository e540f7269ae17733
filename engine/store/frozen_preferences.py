"""What preference trainings learn from, as their snapshots have it: in the report, by ids.

These functions work inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select

from engine.domain.snapshot import FrozenPreferences, Split
from engine.store.tables import drafts, examples, snapshots, stories, votes
from engine.store.texts import ERASED

_IDS_PER_QUERY = 1000


class Listed(NamedTuple):
    """A vote, an example, a draft or a story that a snapshot's preferences are read from, and its part
    there."""

    snapshot_id: str
    id: str
    split: Split


def preferences_from(report: Mapping[str, Any]) -> FrozenPreferences | None:
    """The preferences in a snapshot's report; None for the snapshot of any other training."""
    frozen = report.get("preferences")
    return FrozenPreferences.from_json(frozen) if frozen else None


def is_of_preferences() -> ColumnElement[bool]:
    """Whether a snapshot is that of a preference training."""
    frozen: ColumnElement[Any] = snapshots.c.report["preferences"].as_string()
    return frozen.is_not(None)


def listing(connection: Connection, user_id: str, ids: Sequence[str]) -> list[Listed]:
    """The user's snapshots whose preferences are read from one of these, once for each."""
    wanted = {*ids}
    query = (
        select(snapshots.c.id, snapshots.c.report)
        .where(snapshots.c.user_id == user_id, is_of_preferences())
        .order_by(snapshots.c.created_at)
    )
    found = []
    for snapshot_id, report in connection.execute(query):
        frozen = preferences_from(report)
        parts = frozen.parts if frozen else {}
        found += [Listed(snapshot_id, id, part) for id, part in parts.items() if id in wanted]
    return found


def learned_erased_preference(connection: Connection, snapshot_id: str) -> bool:
    """Whether a text that was erased since is in a preference that this snapshot learns from."""
    report = select(snapshots.c.report).where(snapshots.c.id == snapshot_id)
    frozen = preferences_from(connection.execute(report).scalar_one())
    parts = frozen.parts if frozen else {}
    ids = [id for id, part in parts.items() if part is Split.TRAIN]
    for start in range(0, len(ids), _IDS_PER_QUERY):
        some = ids[start : start + _IDS_PER_QUERY]
        erased = select(examples.c.id).where(
            examples.c.id.in_(some), examples.c.erased_at.is_not(None)
        )
        gone = select(votes.c.id).where(
            votes.c.id.in_(some), or_(votes.c.left_text == "", votes.c.right_text == "")
        )
        text = select(drafts.c.id).where(drafts.c.id.in_(some), drafts.c.text == ERASED)
        told = select(stories.c.id).where(stories.c.id.in_(some), stories.c.prompt == ERASED)
        without_words = erased.union_all(gone, text, told)
        if connection.execute(without_words.limit(1)).first() is not None:
            return True
    return False
