"""Gradient norm and share of the work of each step, and what a training answered after each epoch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for name in ("gradient_norm", "share"):
        op.add_column("steps", sa.Column(name, sa.Float(), nullable=True))
    op.create_table(
        "samples",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Float(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_samples_run_id"),
        sa.PrimaryKeyConstraint("run_id", "step", "position", name="pk_samples"),
    )
