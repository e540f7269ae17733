"""Tables of what is set up once for the machine: providers of language models, and switches."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from engine.store.columns import id_column, integer, json, number, text, time
from engine.store.tables.base import metadata

# `sealed_key` is encrypted; the key to it lies in a file, not here. Empty = no key.
providers = Table(
    "providers",
    metadata,
    id_column(),
    text("name"),
    text("kind"),
    text("base_url"),
    text("model"),
    integer("concurrency"),
    number("price_in"),
    number("price_out"),
    text("sealed_key"),
    time("created_at"),
)


switches = Table("switches", metadata, Column("name", Text(), primary_key=True), json("value"))
