"""Table of blind pairs and what people voted."""

from __future__ import annotations

from sqlalchemy import Index, Table

from engine.store.columns import id_column, reference, text, time, user_column
from engine.store.tables.base import metadata

# Without `decided_at` a pair is open; with it and without a choice it was skipped.
votes = Table(
    "votes",
    metadata,
    id_column(),
    user_column(),
    text("prompt"),
    text("kind"),
    text("genre", nullable=True),
    text("style", nullable=True),
    text("left_model"),
    text("right_model"),
    reference("left_version_id", "versions.id", nullable=True),
    reference("right_version_id", "versions.id", nullable=True),
    text("left_text"),
    text("right_text"),
    text("choice", nullable=True),
    time("created_at"),
    time("decided_at", nullable=True),
    Index(None, "user_id", "decided_at"),
)
