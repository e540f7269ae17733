"""Tables of imports: what came in from files, and what was refused of it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from engine.store.columns import json, reference, text, time, user_column
from engine.store.tables.base import metadata

imports = Table(
    "imports",
    metadata,
    reference("id", "jobs.id", primary_key=True),
    user_column(),
    time("created_at"),
    text("prompts"),
    json("reports"),
    text("note"),
    time("undone_at", nullable=True),
    Index(None, "user_id", "created_at"),
)


import_rejections = Table(
    "import_rejections",
    metadata,
    reference("import_id", "imports.id", primary_key=True),
    Column("file", Integer(), primary_key=True),
    Column("row", Integer(), primary_key=True),
    text("reason"),
)
