"""Rows: what every repository does with single rows, whatever the table.

These functions work inside a transaction that the caller has opened; they open none themselves.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.domain.quality import Quality
from engine.errors import InvalidInput, NotFound
from engine.store.tables import users


def new_id() -> str:
    """32 hexadecimal digits, random."""
    return uuid4().hex


def now() -> datetime:
    """The time rows are stamped with: taken inside the write transaction."""
    return datetime.now(UTC)


def find(
    connection: Connection,
    table: Table,
    noun: str,
    row_id: str,
    *,
    user_id: str | None = None,
    lock: bool = False,
) -> RowMapping:
    """The row of that id, and of that user where one is given; else NotFound(noun, row_id).

    `lock` keeps other writers of the same row waiting until the transaction ends. SQLite needs
    no lock of its own: a write transaction there is the only one.
    """
    query = select(table).where(table.c.id == row_id)
    if user_id is not None:
        query = query.where(table.c.user_id == user_id)
    if lock:
        query = query.with_for_update(key_share=True)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(noun, row_id)
    return row


def require_user(connection: Connection, user_id: str, *, lock: bool = False) -> None:
    """Raise NotFound unless this user exists; `lock` puts writers of one user in a row."""
    find(connection, users, "user", user_id, lock=lock)


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert unless a row with the same key exists; True when this call inserted it."""
    statement = _insert(connection)(table).values(values).on_conflict_do_nothing()
    inserted = connection.execute(statement.returning(*table.primary_key.columns))
    return inserted.first() is not None


def upsert(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert, or overwrite the row with the same primary key."""
    keys = [column.name for column in table.primary_key.columns]
    changed = {name: value for name, value in values.items() if name not in keys}
    statement = _insert(connection)(table).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def _insert(connection: Connection) -> Any:
    """The two dialects spell `ON CONFLICT` alike, but SQLAlchemy has it on neither's base."""
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name]


def check_limit(limit: int, offset: int = 0) -> None:
    """Raise InvalidInput for a negative limit or offset (SQLite would read it as `all`)."""
    for field, value in (("limit", limit), ("offset", offset)):
        if value < 0:
            raise InvalidInput(field, f"must not be negative, got {value}")


def quality_values(quality: Quality) -> dict[str, Any]:
    """A Quality as the values of its three columns."""
    return {"score": quality.score, "parts": quality.parts, "reasons": list(quality.reasons)}


def quality_from(row: RowMapping) -> Quality:
    """The Quality stored in a row."""
    return Quality(score=row["score"], parts=row["parts"], reasons=tuple(row["reasons"]))
