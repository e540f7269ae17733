"""How far a job was when its attempts were last counted; the wish that a training ends with what it has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for column in (
        sa.Column("progress", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("stop_requested", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("jobs", column)
