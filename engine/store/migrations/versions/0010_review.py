"""What people decide about examples; trainings in two phases, and who asked the model server for room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _create_decisions()
    _create_two_phases()
    op.create_table(
        "releases",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_releases_job_id"),
        sa.PrimaryKeyConstraint("job_id", name="pk_releases"),
    )


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("example_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("result_id", sa.String(length=32), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_decisions_user_id"),
        sa.ForeignKeyConstraint(["example_id"], ["examples.id"], name="fk_decisions_example_id"),
        sa.ForeignKeyConstraint(["result_id"], ["examples.id"], name="fk_decisions_result_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_user_id_id", "decisions", ["user_id", "id"])
    op.create_index("ix_decisions_user_id_step", "decisions", ["user_id", "step"])
    op.create_index("ix_decisions_example_id", "decisions", ["example_id"])
    op.create_index("ix_decisions_result_id", "decisions", ["result_id"])


def _create_two_phases() -> None:
    op.create_table(
        "two_phases",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("teacher", sa.Text(), nullable=False),
        sa.Column("student", sa.Text(), nullable=False),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("enough", sa.Boolean(), nullable=False),
        sa.Column("training_job_id", sa.String(length=32), nullable=True),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_two_phases_job_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_two_phases_user_id"),
        sa.ForeignKeyConstraint(
            ["training_job_id"], ["jobs.id"], name="fk_two_phases_training_job_id"
        ),
        sa.PrimaryKeyConstraint("job_id", name="pk_two_phases"),
    )
    op.create_index("ix_two_phases_training_job_id", "two_phases", ["training_job_id"])
    op.create_table(
        "two_phase_inputs",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("genre", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"], ["two_phases.job_id"], name="fk_two_phase_inputs_job_id"
        ),
        sa.PrimaryKeyConstraint("job_id", "position", name="pk_two_phase_inputs"),
    )
