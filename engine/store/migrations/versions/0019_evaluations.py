"""What models answered to the frozen prompts and how they foretell held-out rows; what the gate ruled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=True),
        sa.Column("benchmark", sa.Text(), nullable=True),
        sa.Column("set_sha256", sa.Text(), nullable=False),
        sa.Column("prompts_sha256", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_evaluations_user_id"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_evaluations_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_user_id_created_at", "evaluations", ["user_id", "created_at"])
    ruling = sa.Column("ruling", sa.JSON(), nullable=False, server_default="null")
    op.add_column("versions", ruling)
