"""The table of evaluations: one row is one model measured on one set."""

from __future__ import annotations

from sqlalchemy import Index, Table

from engine.store.columns import id_column, integer, json, reference, text, time, user_column
from engine.store.tables.base import metadata

# `version_id` is null for the base and for teachers, `benchmark` where the frozen set was asked.
evaluations = Table(
    "evaluations",
    metadata,
    id_column(),
    user_column(),
    text("model"),
    reference("version_id", "versions.id", nullable=True),
    text("benchmark", nullable=True),
    text("set_sha256"),
    text("prompts_sha256"),
    integer("seed"),
    json("answers"),
    json("rows"),
    time("created_at"),
    Index(None, "user_id", "created_at"),
)
