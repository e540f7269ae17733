"""Tables of jobs, and of what auto-training got for each slot of its plan."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, String, Table, false

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
from engine.store.tables.base import metadata

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
    time("turn_at", nullable=True),
    time("stage_at", nullable=True),
    Column("stage_done", Integer(), nullable=False, server_default="0"),
    Column("progress", Integer(), nullable=False, server_default="0"),
    Column("stop_requested", Boolean(), nullable=False, server_default=false()),
    Index(None, "user_id", "created_at"),
    Index(None, "state"),
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
