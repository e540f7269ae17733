"""Users: who has a shelf here. A user is a name and nothing more; signing in is not known here."""

from __future__ import annotations

from sqlalchemy import select

from engine.domain.user import check_user_id
from engine.store.database import Database
from engine.store.rows import insert_once, now
from engine.store.tables import users


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
