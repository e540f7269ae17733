"""Tables of trained versions, which one answers, and what the model server has loaded."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from engine.store.columns import (
    id_column,
    integer,
    json,
    number,
    reference,
    text,
    time,
    user_column,
)
from engine.store.tables.base import metadata

versions = Table(
    "versions",
    metadata,
    id_column(),
    user_column(),
    integer("number"),
    reference("run_id", "runs.id"),
    reference("snapshot_id", "snapshots.id"),
    text("base_model"),
    text("recipe"),
    text("adapter_path"),
    text("adapter_sha256"),
    text("gguf_path"),
    text("gguf_sha256"),
    text("base_sha256"),
    text("template_sha256"),
    text("converter"),
    json("gain"),
    json("gain_over_active"),
    text("verdict"),
    time("created_at"),
    time("quarantined_at", nullable=True),
    UniqueConstraint("user_id", "number"),
    UniqueConstraint("run_id"),
)


comparisons = Table(
    "comparisons",
    metadata,
    reference("version_id", "versions.id", primary_key=True),
    Column("position", Integer(), primary_key=True),
    text("prompt"),
    text("before"),
    text("after"),
    number("quality_before"),
    number("quality_after"),
)


# One row per change of a user's active version; null is the untrained base.
activations = Table(
    "activations",
    metadata,
    Column("id", Integer(), primary_key=True),
    user_column(),
    reference("version_id", "versions.id", nullable=True),
    reference("previous_id", "versions.id", nullable=True),
    time("activated_at"),
    Index(None, "user_id", "id"),
    sqlite_autoincrement=True,
)


# Ids grow for ever, also past deleted rows: an adapter's position is only valid in its generation.
generations = Table(
    "generations",
    metadata,
    Column("id", Integer(), primary_key=True),
    text("url"),
    text("base_model"),
    text("base_sha256"),
    json("adapters"),
    text("embeddings_url"),
    time("published_at"),
    sqlite_autoincrement=True,
)
