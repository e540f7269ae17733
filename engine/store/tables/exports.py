"""Tables of exports: which examples left the studio, when, in which form."""

from __future__ import annotations

from sqlalchemy import Index, Table

from engine.store.columns import id_column, integer, reference, text, time, user_column
from engine.store.tables.base import metadata

exports = Table(
    "exports",
    metadata,
    id_column(),
    user_column(),
    text("format"),
    text("place"),
    integer("examples"),
    time("created_at"),
    Index(None, "user_id", "created_at"),
)


export_rows = Table(
    "export_rows",
    metadata,
    reference("export_id", "exports.id", primary_key=True),
    reference("example_id", "examples.id", primary_key=True),
    Index(None, "example_id"),
)
