"""Passages: what a user's memory holds. This is the truth; the index is made from it.

A row whose `indexed_in` is not the index's own identity has yet to be indexed. What was forgotten
leaves its id, and nothing else, until the index has let go of it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update

from engine.domain.passage import Passage, PassageType, Scope
from engine.store.database import Database
from engine.store.rows import check_limit, find, insert_once, new_id, now, require_user
from engine.store.tables import forgotten_passages, passages

_IDS_PER_QUERY = 1000


@dataclass(frozen=True)
class NewPassage:
    """A Passage before it is stored."""

    text: str
    title: str
    type: PassageType
    scope: Scope
    source: str = ""
    position: int = 0
    pinned: bool = False
    active: bool = True


class PassageText(NamedTuple):
    """A passage as the search for near-duplicates reads it."""

    id: str
    text: str


def text_sha256(text: str) -> str:
    """The identity of a text; upper case and white space make no other text of it."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


class Passages:
    """Lists are newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: str, new: Sequence[NewPassage]) -> list[Passage]:
        """Store those whose text is not there yet in their scope; gives those that were stored.

        Raises NotFound for an unknown user.
        """
        ids = []
        with self._database.write() as connection:
            require_user(connection, user_id)
            stamp = now()  # one for all, so that what came together stays in its order
            for each in new:
                values = _values(user_id, each) | {"created_at": stamp}
                if insert_once(connection, passages, values):
                    ids.append(values["id"])
        return self.of_ids(user_id, ids)

    def get(self, user_id: str, passage_id: str) -> Passage:
        """One passage. Raises NotFound."""
        with self._database.read() as connection:
            row = find(connection, passages, "passage", passage_id, user_id=user_id)
            return passage_from(row)

    def of_ids(self, user_id: str, ids: Sequence[str]) -> list[Passage]:
        """Those of these passages that are there, in the order of `ids`."""
        found: dict[str, Passage] = {}
        with self._database.read() as connection:
            for start in range(0, len(ids), _IDS_PER_QUERY):
                wanted = ids[start : start + _IDS_PER_QUERY]
                query = select(passages).where(
                    passages.c.user_id == user_id, passages.c.id.in_(wanted)
                )
                found |= {
                    row["id"]: passage_from(row) for row in connection.execute(query).mappings()
                }
        return [found[each] for each in ids if each in found]

    def pinned(self, user_id: str, scopes: Sequence[Scope]) -> list[Passage]:
        """Pinned passages that are not switched off, oldest first."""
        query = (
            select(passages)
            .where(
                passages.c.user_id == user_id,
                passages.c.scope.in_([scope.value for scope in scopes]),
                passages.c.pinned.is_(True),
                passages.c.active.is_(True),
            )
            .order_by(passages.c.created_at, passages.c.position, passages.c.id)
        )
        with self._database.read() as connection:
            return [passage_from(row) for row in connection.execute(query).mappings()]

    def texts(self, user_id: str, scope: Scope) -> list[PassageText]:
        """Every text of a scope with its id."""
        query = select(passages.c.id, passages.c.text).where(
            passages.c.user_id == user_id, passages.c.scope == scope.value
        )
        with self._database.read() as connection:
            return [PassageText(*row) for row in connection.execute(query)]

    def list(
        self,
        user_id: str,
        *,
        scope: Scope | None = None,
        type: PassageType | None = None,
        contains: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[Passage]:
        """One page of passages, narrowed by whatever is given. Raises InvalidInput."""
        check_limit(limit, offset)
        query = (
            select(passages)
            .where(_matching(user_id, scope, type, contains))
            .order_by(passages.c.created_at.desc(), passages.c.position, passages.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [passage_from(row) for row in rows]

    def count(
        self,
        user_id: str,
        *,
        scope: Scope | None = None,
        type: PassageType | None = None,
        contains: str = "",
    ) -> int:
        """How many passages all pages of `list` hold."""
        query = select(func.count()).select_from(passages)
        with self._database.read() as connection:
            found = connection.execute(query.where(_matching(user_id, scope, type, contains)))
            return found.scalar_one()

    def change(self, user_id: str, passage_id: str, **values: Any) -> Passage:
        """Set `title`, `pinned`, `active` or `text`; the last two are indexed anew.

        Raises NotFound.
        """
        if "text" in values:
            values["sha256"] = text_sha256(values["text"])
        if {"text", "active"} & set(values):
            values["indexed_in"] = None
        with self._database.write() as connection:
            find(connection, passages, "passage", passage_id, user_id=user_id)
            changed = update(passages).where(passages.c.id == passage_id).values(**values)
            return passage_from(connection.execute(changed.returning(passages)).mappings().one())

    def same(self, user_id: str, scope: Scope, text: str) -> Passage | None:
        """The passage of this scope that says the same, if there is one."""
        query = select(passages).where(
            passages.c.user_id == user_id,
            passages.c.scope == scope.value,
            passages.c.sha256 == text_sha256(text),
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else passage_from(row)

    def mark_used(self, user_id: str, ids: Sequence[str]) -> None:
        """Count one more use of each."""
        with self._database.write() as connection:
            connection.execute(
                update(passages)
                .where(passages.c.user_id == user_id, passages.c.id.in_(list(ids)))
                .values(used=passages.c.used + 1, last_used_at=now())
            )

    def forget(self, user_id: str, ids: Sequence[str]) -> int:
        """Remove passages, texts and all; their ids stay until the index let go. How many it were."""
        gone = delete(passages).where(passages.c.user_id == user_id, passages.c.id.in_(list(ids)))
        with self._database.write() as connection:
            removed = [row[0] for row in connection.execute(gone.returning(passages.c.id))]
            for passage_id in removed:
                values = {"id": passage_id, "user_id": user_id, "forgotten_at": now()}
                insert_once(connection, forgotten_passages, values)
        return len(removed)


def _values(user_id: str, new: NewPassage) -> dict[str, Any]:
    return {
        "id": new_id(),
        "user_id": user_id,
        "text": new.text,
        "title": new.title,
        "type": new.type.value,
        "scope": new.scope.value,
        "source": new.source,
        "position": new.position,
        "sha256": text_sha256(new.text),
        "used": 0,
        "last_used_at": None,
        "pinned": new.pinned,
        "active": new.active,
        "indexed_in": None,
    }


def passage_from(row: RowMapping) -> Passage:
    values = dict(row)
    return Passage(
        **values | {"type": PassageType(values["type"]), "scope": Scope(values["scope"])}
    )


def _matching(
    user_id: str, scope: Scope | None, type: PassageType | None, contains: str
) -> ColumnElement[bool]:
    conditions = [passages.c.user_id == user_id]
    if scope is not None:
        conditions.append(passages.c.scope == scope.value)
    if type is not None:
        conditions.append(passages.c.type == type.value)
    if contains:
        conditions.append(
            or_(
                passages.c.text.icontains(contains, autoescape=True),
                passages.c.title.icontains(contains, autoescape=True),
            )
        )
    return and_(*conditions)
