"""Table of what was erased: by ids, never by words."""

from __future__ import annotations

from sqlalchemy import Index, Table

from engine.store.columns import id_column, json, text, time, user_column
from engine.store.tables.base import metadata

# `reached` holds ids by noun. Without `finished_at` files may still lie around: done at the next try.
erasures = Table(
    "erasures",
    metadata,
    id_column(),
    user_column(),
    time("created_at"),
    text("chosen"),
    json("reached"),
    time("finished_at", nullable=True),
    Index(None, "user_id", "created_at"),
)
