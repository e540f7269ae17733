"""Preferences: one JSON value per user and key, such as favourite genre mixes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from engine.store.database import Database
from engine.store.rows import require_user, upsert
from engine.store.tables import preferences


class Preferences:
    """Values are whatever JSON can hold; what a key means is the caller's business."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: str, key: str, default: Any = None) -> Any:
        """The value, or `default` when the user never set one."""
        query = select(preferences.c.value).where(
            preferences.c.user_id == user_id, preferences.c.key == key
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return default if row is None else row[0]

    def of_all(self, key: str) -> dict[str, Any]:
        """The values of everybody who set one, for the worker."""
        query = select(preferences.c.user_id, preferences.c.value).where(preferences.c.key == key)
        with self._database.read() as connection:
            return dict(connection.execute(query).tuples().all())

    def set(self, user_id: str, key: str, value: Any) -> None:
        """Store the value, over the earlier one. Raises NotFound for an unknown user."""
        with self._database.write() as connection:
            require_user(connection, user_id)
            upsert(connection, preferences, {"user_id": user_id, "key": key, "value": value})

    def delete(self, user_id: str, key: str) -> None:
        """Forget the value; nothing happens when there is none."""
        statement = delete(preferences).where(
            preferences.c.user_id == user_id, preferences.c.key == key
        )
        with self._database.write() as connection:
            connection.execute(statement)
