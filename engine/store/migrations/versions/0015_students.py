"""Students beside `zega-<user>`: of which kind runs, versions and activations are, what a version's answers
had of the reference texts, and the server that a T5 is loaded into when it is wanted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"


def upgrade() -> None:
    for table in ("runs", "versions", "activations"):
        student = sa.Column("student", sa.Text(), nullable=False, server_default="zega")
        op.add_column(table, student)
    op.add_column("versions", sa.Column("overlap", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "seq2seq_server",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seq2seq_server"),
    )
