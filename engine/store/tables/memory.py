"""Tables of the memory: passages, and those that were forgotten and may still be in the index."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, UniqueConstraint

from engine.store.columns import id_column, integer, text, time, user_column
from engine.store.tables.base import metadata

passages = Table(
    "passages",
    metadata,
    id_column(),
    user_column(),
    text("text"),
    text("title"),
    text("type"),
    Column("scope", String(16), nullable=False),
    text("source"),
    integer("position"),
    Column("sha256", String(64), nullable=False),
    time("created_at"),
    integer("used"),
    time("last_used_at", nullable=True),
    Column("pinned", Boolean(), nullable=False),
    Column("active", Boolean(), nullable=False),
    Column("indexed_in", String(64), nullable=True),
    UniqueConstraint("user_id", "scope", "sha256"),
    Index(None, "user_id", "created_at"),
)


# Nothing of the text: only what the index must still let go of.
forgotten_passages = Table(
    "forgotten_passages",
    metadata,
    id_column(),
    user_column(),
    time("forgotten_at"),
    Index(None, "user_id"),
)
