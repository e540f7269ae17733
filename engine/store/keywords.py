"""Keyword lists, each under the name its owner gave it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, delete, select

from engine.domain.keywords import KeywordList
from engine.errors import NotFound
from engine.store.database import Database
from engine.store.rows import now, require_user, upsert
from engine.store.tables import keyword_lists


class KeywordLists:
    """Lists are read and replaced as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, user_id: str, name: str, keywords: Sequence[str]) -> KeywordList:
        """Store a list, over the earlier one of that name. Raises NotFound for an unknown user."""
        saved = KeywordList(user_id, name, tuple(keywords), now())
        with self._database.write() as connection:
            require_user(connection, user_id)
            upsert(connection, keyword_lists, {**vars(saved), "keywords": list(keywords)})
        return saved

    def get(self, user_id: str, name: str) -> KeywordList:
        """One list. Raises NotFound."""
        query = select(keyword_lists).where(
            keyword_lists.c.user_id == user_id, keyword_lists.c.name == name
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound("keyword list", name)
        return _list(row)

    def list(self, user_id: str) -> list[KeywordList]:
        """The user's lists, by name."""
        query = (
            select(keyword_lists)
            .where(keyword_lists.c.user_id == user_id)
            .order_by(keyword_lists.c.name)
        )
        with self._database.read() as connection:
            return [_list(row) for row in connection.execute(query).mappings()]

    def remove(self, user_id: str, name: str) -> None:
        """Forget a list; nothing happens when there is none of that name."""
        statement = delete(keyword_lists).where(
            keyword_lists.c.user_id == user_id, keyword_lists.c.name == name
        )
        with self._database.write() as connection:
            connection.execute(statement)


def _list(row: RowMapping) -> KeywordList:
    return KeywordList(row["user_id"], row["name"], tuple(row["keywords"]), row["updated_at"])
