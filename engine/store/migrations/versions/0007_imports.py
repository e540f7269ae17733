"""Imports: what came in from files, what was refused of it, and indexes to look through examples."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prompts", sa.Text(), nullable=False),
        sa.Column("reports", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["jobs.id"], name="fk_imports_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_imports_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_user_id_created_at", "imports", ["user_id", "created_at"])
    op.create_table(
        "import_rejections",
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_rejections_import_id"
        ),
        sa.PrimaryKeyConstraint("import_id", "file", "row", name="pk_import_rejections"),
    )
    # In words: SQLite takes a reference only together with its column.
    op.execute(
        "ALTER TABLE examples ADD COLUMN import_id VARCHAR(32) "
        "CONSTRAINT fk_examples_import_id REFERENCES imports (id)"
    )
    op.create_index("ix_examples_import_id", "examples", ["import_id"])
    # What is removed is looked for wherever it may be named.
    op.create_index("ix_examples_duplicate_of", "examples", ["duplicate_of"])
    op.create_index("ix_drafts_example_id", "drafts", ["example_id"])
    op.drop_index("ix_examples_overview", "examples")
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
            "decision",
            "erased_at",
            "source",
            "id",
        ],
    )
