"""Users: who has a shelf here. A user is a name and nothing more; signing in is not known here."""

from __future__ import annotations

import re

from sqlalchemy import select

from engine.errors import InvalidInput
from engine.store.database import Database
from engine.store.rows import insert_once, now
from engine.store.tables import users

_USER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def check_user_id(user_id: str) -> None:
    """Raise InvalidInput unless the id is safe as a file name, a model name and part of a URL."""
    if not _USER_ID.fullmatch(user_id):
        raise InvalidInput(
            "user_id",
            "must be 1 to 64 small letters, digits, '-' or '_', beginning with a letter or digit, "
            f"got {user_id[:80]!r}",
        )


class Users:
    """Every user that was ever seen. Rows of a user can only be made once the user exists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, user_id: str) -> None:
        """Make the user unless there is one of that id. Raises InvalidInput."""
        check_user_id(user_id)
        with self._database.write() as connection:
            insert_once(connection, users, {"id": user_id, "created_at": now()})

    def list(self) -> list[str]:
        """Every user id, in alphabetical order."""
        with self._database.read() as connection:
            return [*connection.execute(select(users.c.id).order_by(users.c.id)).scalars()]
