"""Tables of people and what they chose."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from engine.store.columns import UserId, json, time, user_column
from engine.store.tables.base import metadata

users = Table("users", metadata, Column("id", UserId(), primary_key=True), time("created_at"))


preferences = Table(
    "preferences",
    metadata,
    user_column(primary_key=True),
    Column("key", Text(), primary_key=True),
    json("value"),
)
