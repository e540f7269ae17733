"""The tables, as they are after the newest migration. Only this package sees them.

A change here needs a new numbered migration; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
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
    quality,
    reference,
    text,
    time,
    user_column,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

users = Table("users", metadata, Column("id", String(64), primary_key=True), time("created_at"))

preferences = Table(
    "preferences",
    metadata,
    user_column(primary_key=True),
    Column("key", Text(), primary_key=True),
    json("value"),
)

jobs = Table(
    "jobs",
    metadata,
    id_column(),
    user_column(),
    text("kind"),
    text("state"),
    json("request"),
    time("created_at"),
    text("stage"),
    integer("done"),
    integer("total"),
    Column("cancel_requested", Boolean(), nullable=False),
    integer("attempts"),
    time("started_at", nullable=True),
    time("finished_at", nullable=True),
    json("result"),
    text("error_code"),
    text("error"),
    Index(None, "user_id", "created_at"),
    Index(None, "state"),
)

examples = Table(
    "examples",
    metadata,
    id_column(),
    user_column(),
    text("kind"),
    text("genre", nullable=True),
    text("style", nullable=True),
    text("seed_prompt"),
    text("prompt"),
    text("completion"),
    text("source"),
    text("author"),
    text("generator"),
    *quality(),
    time("created_at"),
    reference("job_id", "jobs.id", nullable=True),
    integer("plan_index", nullable=True),
    reference("duplicate_of", "examples.id", nullable=True),
    integer("feedback"),
    Index(None, "user_id", "created_at"),
    Index(None, "job_id", "plan_index"),
)

stories = Table(
    "stories",
    metadata,
    id_column(),
    user_column(),
    text("prompt"),
    text("kind"),
    text("genre", nullable=True),
    text("style", nullable=True),
    time("created_at"),
    time("deleted_at", nullable=True),
    Index(None, "user_id", "created_at"),
)

drafts = Table(
    "drafts",
    metadata,
    id_column(),
    reference("story_id", "stories.id"),
    integer("number"),
    text("text"),
    text("model"),
    number("seconds"),
    integer("completion_tokens"),
    text("finish_reason"),
    *quality(),
    reference("example_id", "examples.id", nullable=True),
    time("created_at"),
    UniqueConstraint("story_id", "number"),
)

outcomes = Table(
    "outcomes",
    metadata,
    reference("job_id", "jobs.id", primary_key=True),
    Column("plan_index", Integer(), primary_key=True),
    text("result"),
    text("genre", nullable=True),
    number("score", nullable=True),
    number("seconds"),
    text("reason"),
    time("recorded_at"),
)

rejected_candidates = Table(
    "rejected_candidates",
    metadata,
    id_column(),
    user_column(),
    Column("job_id", String(32), nullable=False),
    integer("plan_index"),
    integer("candidate"),
    text("genre"),
    text("prompt"),
    text("completion"),
    *quality(),
    text("reason"),
    time("created_at"),
    ForeignKeyConstraint(["job_id", "plan_index"], ["outcomes.job_id", "outcomes.plan_index"]),
    Index(None, "job_id", "plan_index"),
)

snapshots = Table(
    "snapshots",
    metadata,
    id_column(),
    user_column(),
    time("created_at"),
    text("sha256"),
    Index(None, "user_id", "created_at"),
)

snapshot_rows = Table(
    "snapshot_rows",
    metadata,
    reference("snapshot_id", "snapshots.id", primary_key=True),
    Column("position", Integer(), primary_key=True),
    reference("example_id", "examples.id"),
    text("split"),
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
)

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
