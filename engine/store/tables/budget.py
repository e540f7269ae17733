"""The ledger of what calls of teachers cost."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table

from engine.store.columns import id_column, integer, reference, text, time, user_column
from engine.store.tables.base import metadata

# One row a request. `settled_at` is null while it runs, and after its process died: then it counts
# with what was reserved. `exact` says that the provider told what was used.
charges = Table(
    "charges",
    metadata,
    id_column(),
    user_column(),
    reference("job_id", "jobs.id", nullable=True),
    text("generator"),
    text("owner"),
    integer("tokens_read"),
    integer("tokens_written"),
    Column("millionths", BigInteger(), nullable=False),
    Column("exact", Boolean(), nullable=False),
    time("reserved_at"),
    time("settled_at", nullable=True),
    # Everything that a sum needs, so that no row is read for it.
    Index(
        "ix_charges_sums",
        "user_id",
        "reserved_at",
        "job_id",
        "tokens_read",
        "tokens_written",
        "millionths",
        "exact",
        "settled_at",
    ),
    Index(None, "job_id"),
)
