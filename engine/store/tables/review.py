"""Tables of what people decided about examples, and of trainings in two phases."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from engine.store.columns import json, reference, text, time, user_column
from engine.store.tables.base import metadata

# Ids grow for ever: they are the order of decisions, and what a card was shown with. `before` holds
# the columns of the example that a step back restores.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer(), primary_key=True),
    user_column(),
    Column("step", String(32), nullable=False),
    reference("example_id", "examples.id"),
    text("action"),
    json("reasons"),
    text("note"),
    reference("result_id", "examples.id", nullable=True),
    json("before"),
    text("reviewer"),
    time("decided_at"),
    time("undone_at", nullable=True),
    Index(None, "user_id", "id"),
    Index(None, "user_id", "step"),
    Index(None, "example_id"),
    Index(None, "result_id"),
    sqlite_autoincrement=True,
)


# `memory` holds measurements around the change of phases; `notices` are sentences for people.
two_phases = Table(
    "two_phases",
    metadata,
    reference("job_id", "jobs.id", primary_key=True),
    user_column(),
    text("teacher"),
    text("student"),
    json("notices"),
    Column("enough", Boolean(), nullable=False),
    reference("training_job_id", "jobs.id", nullable=True),
    json("memory"),
    Index(None, "training_job_id"),
)


two_phase_inputs = Table(
    "two_phase_inputs",
    metadata,
    reference("job_id", "two_phases.job_id", primary_key=True),
    Column("position", Integer(), primary_key=True),
    text("prompt"),
    text("genre", nullable=True),
)


# While a job that is not over has a row here, the model server holds no base.
releases = Table(
    "releases",
    metadata,
    reference("job_id", "jobs.id", primary_key=True),
    time("asked_at"),
    time("done_at", nullable=True),
)
