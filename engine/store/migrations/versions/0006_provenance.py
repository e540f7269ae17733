"""Where an example belongs, what it rewords, what a person decided, and whether it was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    group = sa.Column("split_group", sa.Text(), nullable=False, server_default="")
    op.add_column("examples", group)
    op.execute("UPDATE examples SET split_group = seed_prompt")
    # In words: SQLite takes a reference only together with its column.
    op.execute(
        "ALTER TABLE examples ADD COLUMN variant_of VARCHAR(32) "
        "CONSTRAINT fk_examples_variant_of REFERENCES examples (id)"
    )
    op.add_column("examples", sa.Column("variant", sa.Text(), nullable=True))
    op.add_column("examples", sa.Column("decision", sa.Text(), nullable=True))
    op.add_column("examples", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("examples", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_examples_variant_of", "examples", ["variant_of"])
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
        ],
    )
