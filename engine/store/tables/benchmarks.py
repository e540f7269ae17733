"""Tables of benchmarks: sets of prompts that users measure models by."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, UniqueConstraint

from engine.store.columns import id_column, reference, text, time, user_column
from engine.store.tables.base import metadata

benchmarks = Table(
    "benchmarks",
    metadata,
    id_column(),
    user_column(),
    text("name"),
    time("created_at"),
    UniqueConstraint("user_id", "name"),
)


benchmark_rows = Table(
    "benchmark_rows",
    metadata,
    reference("benchmark_id", "benchmarks.id", primary_key=True),
    Column("position", Integer(), primary_key=True),
    text("prompt"),
    text("reference", nullable=True),
    text("label", nullable=True),
    text("genre", nullable=True),
    text("kind", nullable=True),
)
