"""Columns: the few kinds of column that every table is made of.

Ids are uuid4 hex, times are timezone-aware UTC, scores are 0-10. Text has no length limit here:
both databases store it alike, and limits belong where a value comes in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.exc import DontWrapMixin

from engine.domain.user import user_id_problem
from engine.errors import InvalidInput


class UtcDateTime(TypeDecorator[datetime]):
    """Timezone-aware UTC datetimes in and out, also where the database forgets the zone.

    Raises ValueError for a time without a timezone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time must carry a timezone, got {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Refused(InvalidInput, DontWrapMixin):
    """An InvalidInput that SQLAlchemy hands on as it is, instead of wrapping it."""


class UserId(TypeDecorator[str]):
    """A user's id. No statement is ever sent with one that cannot be: InvalidInput instead.

    So every method that takes a user's id refuses a hostile one, and none has to remember to.
    """

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and (problem := user_id_problem(value)):
            raise Refused("user_id", problem)
        return value


def id_column() -> Column[Any]:
    """A uuid4 hex primary key."""
    return Column("id", String(32), primary_key=True)


def user_column(*, primary_key: bool = False) -> Column[Any]:
    """The owner of the row."""
    return Column(
        "user_id", UserId(), ForeignKey("users.id"), nullable=False, primary_key=primary_key
    )


def reference(
    name: str, target: str, *, nullable: bool = False, primary_key: bool = False
) -> Column[Any]:
    """The id of a row elsewhere; `target` is `table.column`."""
    return Column(name, String(32), ForeignKey(target), nullable=nullable, primary_key=primary_key)


def time(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime(), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text(), nullable=nullable)


def integer(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Integer(), nullable=nullable)


def number(name: str, *, nullable: bool = False) -> Column[Any]:
    """A double precision number."""
    return Column(name, Float(), nullable=nullable)


def json(name: str) -> Column[Any]:
    """JSON; Python's None is stored as JSON null, never as SQL NULL."""
    return Column(name, JSON(), nullable=False)


def quality() -> list[Column[Any]]:
    """The three columns of a Quality."""
    return [number("score"), json("parts"), json("reasons")]
