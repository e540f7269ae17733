"""Tables of trained versions, which one answers, and what the model server has loaded."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

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
    Column("student", Text(), nullable=False, server_default="zega"),
    Column("overlap", JSON(), nullable=False, server_default="{}"),
    Column("ruling", JSON(), nullable=False, server_default="null"),
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


# One row per change of which version of a student is active; null is the untrained base.
activations = Table(
    "activations",
    metadata,
    Column("id", Integer(), primary_key=True),
    user_column(),
    reference("version_id", "versions.id", nullable=True),
    reference("previous_id", "versions.id", nullable=True),
    time("activated_at"),
    Column("student", Text(), nullable=False, server_default="zega"),
    # Why the previous one was taken back by itself; null where a person or a training changed it.
    text("reason", nullable=True),
    Index(None, "user_id", "id"),
    sqlite_autoincrement=True,
)


# How an answer in use ended, of what was activated then; without a fault it was well.
student_answers = Table(
    "student_answers",
    metadata,
    Column("id", Integer(), primary_key=True),
    Column("activation_id", Integer(), ForeignKey("activations.id"), nullable=False),
    text("fault", nullable=True),
    time("at"),
    Index(None, "activation_id", "id"),
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


# One row: when somebody last wanted a T5 to answer, and where it does; `problem` is why it cannot.
seq2seq_server = Table(
    "seq2seq_server",
    metadata,
    Column("id", Integer(), primary_key=True),
    time("wanted_at"),
    text("url"),
    text("problem"),
)
