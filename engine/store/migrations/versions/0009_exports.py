"""Exports: which examples left in which file. Keyword lists: words that a text must not lose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_exports_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
    )
    op.create_index("ix_exports_user_id_created_at", "exports", ["user_id", "created_at"])
    op.create_table(
        "export_rows",
        sa.Column("export_id", sa.String(length=32), nullable=False),
        sa.Column("example_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["exports.id"], name="fk_export_rows_export_id"),
        sa.ForeignKeyConstraint(["example_id"], ["examples.id"], name="fk_export_rows_example_id"),
        sa.PrimaryKeyConstraint("export_id", "example_id", name="pk_export_rows"),
    )
    op.create_index("ix_export_rows_example_id", "export_rows", ["example_id"])
    op.create_table(
        "keyword_lists",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_keyword_lists_user_id"),
        sa.PrimaryKeyConstraint("user_id", "name", name="pk_keyword_lists"),
    )
