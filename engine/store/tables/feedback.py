"""Tables of what people say about texts beside their thumb, and of the A/B between teacher and student."""

from __future__ import annotations

from sqlalchemy import Index, Table

from engine.store.columns import id_column, integer, json, reference, text, time, user_column
from engine.store.tables.base import metadata

# The id is the example's, or the draft's where there is no example. The thumb of an example is the
# example's own column; here stands the one that the reasons are for.
remarks = Table(
    "remarks",
    metadata,
    id_column(),
    user_column(),
    reference("example_id", "examples.id", nullable=True),
    reference("draft_id", "drafts.id", nullable=True),
    integer("thumb"),
    json("reasons"),
    text("note"),
    time("given_at"),
    Index(None, "user_id"),
    Index(None, "example_id"),
)


# `thumb` is the one that was given unseen, 0 as long as there is none and for one that was changed since.
trials = Table(
    "trials",
    metadata,
    reference("draft_id", "drafts.id", primary_key=True),
    user_column(),
    text("author"),
    integer("thumb"),
    time("revealed_at", nullable=True),
    Index(None, "user_id"),
)


# A person's own version, and the draft it was made from.
edits = Table(
    "edits",
    metadata,
    reference("draft_id", "drafts.id", primary_key=True),
    user_column(),
    reference("edited_id", "drafts.id"),
    Index(None, "user_id"),
)
