"""Passages of the memory, what the index has yet to let go of, and what a draft was given of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _create_passages()
    _create_forgotten_passages()
    op.add_column("drafts", sa.Column("memory", sa.JSON(), nullable=False, server_default="{}"))


def _create_passages() -> None:
    op.create_table(
        "passages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("indexed_in", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_passages_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passages"),
        sa.UniqueConstraint("user_id", "scope", "sha256", name="uq_passages_user_id_scope_sha256"),
    )
    op.create_index("ix_passages_user_id_created_at", "passages", ["user_id", "created_at"])


def _create_forgotten_passages() -> None:
    op.create_table(
        "forgotten_passages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_forgotten_passages_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_forgotten_passages"),
    )
    op.create_index("ix_forgotten_passages_user_id", "forgotten_passages", ["user_id"])
