"""Tables of trainings: what was trained on, and how it went."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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

snapshots = Table(
    "snapshots",
    metadata,
    id_column(),
    user_column(),
    time("created_at"),
    text("sha256"),
    # What was left out because it repeats what measures, and how many variants joined.
    Column("report", JSON(), nullable=False, server_default="{}"),
    Index(None, "user_id", "created_at"),
)


snapshot_rows = Table(
    "snapshot_rows",
    metadata,
    reference("snapshot_id", "snapshots.id", primary_key=True),
    Column("position", Integer(), primary_key=True),
    reference("example_id", "examples.id"),
    text("split"),
    # What the row was when it was frozen; none for older ones, and for those that were erased.
    Column("sha256", String(64), nullable=True),
    UniqueConstraint("snapshot_id", "example_id"),
    Index(None, "example_id"),
)


runs = Table(
    "runs",
    metadata,
    reference("id", "jobs.id", primary_key=True),
    user_column(),
    reference("snapshot_id", "snapshots.id"),
    text("recipe"),
    text("base_model"),
    text("folder"),
    integer("batch_size"),
    time("created_at"),
    integer("total_steps"),
    number("best_validation_loss", nullable=True),
    Column("trained_tokens", BigInteger(), nullable=False),
    Column("trainable_parameters", BigInteger(), nullable=False),
    number("train_seconds"),
    json("notes"),
    Column("student", Text(), nullable=False, server_default="zega"),
    Index(None, "user_id", "created_at"),
)


steps = Table(
    "steps",
    metadata,
    reference("run_id", "runs.id", primary_key=True),
    Column("step", Integer(), primary_key=True),
    Column("kind", String(16), primary_key=True),
    number("epoch"),
    number("loss", nullable=True),
    number("validation_loss", nullable=True),
    number("learning_rate", nullable=True),
    number("tokens_per_second", nullable=True),
    number("memory_mb"),
    time("at"),
    number("gradient_norm", nullable=True),
    number("share", nullable=True),
)


samples = Table(
    "samples",
    metadata,
    reference("run_id", "runs.id", primary_key=True),
    Column("step", Integer(), primary_key=True),
    Column("position", Integer(), primary_key=True),
    number("epoch"),
    text("prompt"),
    text("text"),
    number("seconds"),
)
