"""Budget: the ledger of what calls of teachers cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "charges",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=True),
        sa.Column("generator", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("tokens_read", sa.Integer(), nullable=False),
        sa.Column("tokens_written", sa.Integer(), nullable=False),
        sa.Column("millionths", sa.BigInteger(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_charges_user_id"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_charges_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_charges"),
    )
    op.create_index(
        "ix_charges_sums",
        "charges",
        [
            "user_id",
            "reserved_at",
            "job_id",
            "tokens_read",
            "tokens_written",
            "millionths",
            "exact",
            "settled_at",
        ],
    )
    op.create_index("ix_charges_job_id", "charges", ["job_id"])
