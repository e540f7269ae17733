"""Which texts were erased, which versions may not answer any more, and what each row of a snapshot was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("versions", sa.Column("quarantined_at", sa.DateTime(timezone=True)))
    # Of the rows frozen before now nobody knows what they were.
    op.add_column("snapshot_rows", sa.Column("sha256", sa.String(64)))
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("reached", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_erasures_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_user_id_created_at", "erasures", ["user_id", "created_at"])
