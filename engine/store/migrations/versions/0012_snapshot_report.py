"""What was left out of a snapshot because it repeats held-out rows, and how many variants joined it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    report = sa.Column("report", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("snapshots", report)
