"""How answers of active versions ended, and why a version was taken back by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("activations", sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "student_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activation_id", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activation_id"], ["activations.id"], name="fk_student_answers_activation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_student_answers"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_student_answers_activation_id_id", "student_answers", ["activation_id", "id"]
    )
