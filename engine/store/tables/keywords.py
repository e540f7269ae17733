"""Table of keyword lists."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from engine.store.columns import json, time, user_column
from engine.store.tables.base import metadata

keyword_lists = Table(
    "keyword_lists",
    metadata,
    user_column(primary_key=True),
    Column("name", Text(), primary_key=True),
    json("keywords"),
    time("updated_at"),
)
