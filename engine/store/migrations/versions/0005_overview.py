"""Overview: an index that answers figures over a collection, turns and paces of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("stage_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("stage_done", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_examples_overview",
        "examples",
        [
            "user_id",
            "created_at",
            "genre",
            "kind",
            "generator",
            "author",
            "score",
            "duplicate_of",
            "feedback",
        ],
    )
