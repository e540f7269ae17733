"""Why a thumb was given, which drafts are of the A/B, and which draft a person's own was made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("example_id", sa.String(length=32), nullable=True),
        sa.Column("draft_id", sa.String(length=32), nullable=True),
        sa.Column("thumb", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_remarks_user_id"),
        sa.ForeignKeyConstraint(["example_id"], ["examples.id"], name="fk_remarks_example_id"),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_remarks_draft_id"),
        sa.PrimaryKeyConstraint("id", name="pk_remarks"),
    )
    op.create_index("ix_remarks_user_id", "remarks", ["user_id"])
    op.create_index("ix_remarks_example_id", "remarks", ["example_id"])
    op.create_table(
        "trials",
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("thumb", sa.Integer(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_trials_draft_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_trials_user_id"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_trials"),
    )
    op.create_index("ix_trials_user_id", "trials", ["user_id"])
    op.create_table(
        "edits",
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("edited_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_edits_draft_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_edits_user_id"),
        sa.ForeignKeyConstraint(["edited_id"], ["drafts.id"], name="fk_edits_edited_id"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_edits"),
    )
    op.create_index("ix_edits_user_id", "edits", ["user_id"])
