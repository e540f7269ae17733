"""The table of what starts by itself."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table

from engine.store.columns import integer, json, reference, text, time, user_column
from engine.store.tables.base import metadata

# `next_at` is null while the schedule is paused. The last four are the newest turn: when it came, when
# it was due (null: a person started it), its job, and why there was none.
schedules = Table(
    "schedules",
    metadata,
    user_column(primary_key=True),
    text("at"),
    text("zone"),
    integer("num_examples"),
    json("mix"),
    text("kind"),
    Column("store_in_memory", Boolean(), nullable=False),
    time("next_at", nullable=True),
    time("last_at", nullable=True),
    time("last_due_at", nullable=True),
    reference("last_job_id", "jobs.id", nullable=True),
    text("last_skipped"),
    Index(None, "next_at"),
    Index(None, "last_job_id"),
)
