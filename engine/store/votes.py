"""Votes: pairs of answers in the order they are shown in, and what a person voted.

A pair is open until it is voted on or skipped. Its texts come one after the other and are written
once, so whoever opens it again, in another tab or after a crash, sees the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, insert, select, update

from engine.domain.vote import Choice, Pair, Vote
from engine.errors import InvalidInput, WrongState
from engine.store.database import Database
from engine.store.rows import find, new_id, now, require_user
from engine.store.tables import versions, votes
from engine.store.texts import ERASED


class Shown(NamedTuple):
    """One pair that was made, voted on or not: what was asked, and who answered."""

    prompt: str
    kind: str
    genre: str | None
    models: tuple[str, str]


class Votes:
    """Pairs, and the votes on them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        user_id: str,
        *,
        prompt: str,
        kind: str,
        genre: str | None,
        left_model: str,
        right_model: str,
        style: str | None = None,
        left_version_id: str | None = None,
        right_version_id: str | None = None,
        left_text: str = "",
        right_text: str = "",
    ) -> Pair:
        """A new open pair; where one is open already, that one. Raises NotFound."""
        values: dict[str, Any] = {
            "prompt": prompt,
            "kind": kind,
            "genre": genre,
            "style": style,
            "left_model": left_model,
            "right_model": right_model,
            "left_version_id": left_version_id,
            "right_version_id": right_version_id,
            "left_text": left_text,
            "right_text": right_text,
            "choice": None,
            "decided_at": None,
        }
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            row = connection.execute(_open(user_id)).mappings().first()
            if row is None:
                for version_id in filter(None, (left_version_id, right_version_id)):
                    find(connection, versions, "version", version_id, user_id=user_id)
                values |= {"id": new_id(), "user_id": user_id, "created_at": now()}
                statement = insert(votes).values(values).returning(votes)
                row = connection.execute(statement).mappings().one()
            return _pair(row)

    def open(self, user_id: str) -> Pair | None:
        """The pair to be voted on now: of several the one that was made first."""
        with self._database.read() as connection:
            row = connection.execute(_open(user_id)).mappings().first()
        return None if row is None else _pair(row)

    def write(self, user_id: str, pair_id: str, *, left: str = "", right: str = "") -> Pair:
        """Store answers; one that is there stays as it is. Raises NotFound."""
        with self._database.write() as connection:
            row = find(connection, votes, "pair", pair_id, user_id=user_id, lock=True)
            texts = {
                "left_text": row["left_text"] or left,
                "right_text": row["right_text"] or right,
            }
            if row["decided_at"] is None and row["prompt"] != ERASED:
                row = _change(connection, pair_id, **texts)
            return _pair(row)

    def vote(self, user_id: str, pair_id: str, choice: Choice) -> Vote:
        """Vote on an open pair. Raises NotFound, InvalidInput while an answer is missing, and
        WrongState for one that was voted on or skipped."""
        with self._database.write() as connection:
            row = _still_open(connection, user_id, pair_id)
            if not _pair(row).is_whole:
                raise InvalidInput("pair", "is not written yet: wait for both answers")
            return _vote(_change(connection, pair_id, choice=choice.value, decided_at=now()))

    def skip(self, user_id: str, pair_id: str) -> None:
        """Set an open pair aside: it is never shown again and counts for nobody. Raises as `vote`."""
        with self._database.write() as connection:
            _still_open(connection, user_id, pair_id)
            _change(connection, pair_id, decided_at=now())

    def newest(self, user_id: str) -> Vote | None:
        """The vote that can be taken back; None where there is none."""
        with self._database.read() as connection:
            row = connection.execute(_newest(user_id)).mappings().first()
        return None if row is None else _vote(row)

    def undo(self, user_id: str, vote_id: str | None = None) -> Pair | None:
        """Take the newest vote back: its pair is open again. None where there is no vote, or where the
        newest is not the one that is named: that one was taken back already."""
        with self._database.write() as connection:
            row = connection.execute(_newest(user_id)).mappings().first()
            if row is None or vote_id not in (None, row["id"]):
                return None
            return _pair(_change(connection, row["id"], choice=None, decided_at=None))

    def list(self, user_id: str) -> list[Vote]:
        """All votes, in the order they were cast."""
        query = _of(user_id, votes.c.choice.is_not(None))
        query = query.order_by(votes.c.decided_at, votes.c.id)
        with self._database.read() as connection:
            return [_vote(row) for row in connection.execute(query).mappings()]

    def shown(self, user_id: str) -> Sequence[Shown]:
        """Every pair that was made, skipped ones among them, without its answers."""
        query = select(
            votes.c.prompt, votes.c.kind, votes.c.genre, votes.c.left_model, votes.c.right_model
        ).where(votes.c.user_id == user_id)
        with self._database.read() as connection:
            return [
                Shown(prompt, kind, genre, (left, right))
                for prompt, kind, genre, left, right in connection.execute(query)
            ]


def forget_answers(connection: Connection, user_id: str, quarantined_at: datetime) -> None:
    """Take out what these quarantined versions answered: it may hold what they learned."""
    gone = select(versions.c.id).where(
        versions.c.user_id == user_id, versions.c.quarantined_at == quarantined_at
    )
    for side in ("left", "right"):
        wrote = votes.c[f"{side}_version_id"].in_(gone)
        connection.execute(
            update(votes).where(votes.c.user_id == user_id, wrote).values({f"{side}_text": ""})
        )


def _of(user_id: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(votes).where(votes.c.user_id == user_id, *conditions)


def _open(user_id: str) -> Select[Any]:
    undecided = _of(user_id, votes.c.decided_at.is_(None), votes.c.prompt != ERASED)
    return undecided.order_by(votes.c.created_at, votes.c.id).limit(1)


def _newest(user_id: str) -> Select[Any]:
    """The newest vote whose pair can be shown again: one without its texts counts for ever."""
    whole = (votes.c.left_text != "", votes.c.right_text != "", votes.c.prompt != ERASED)
    cast = _of(user_id, votes.c.choice.is_not(None), *whole)
    return cast.order_by(votes.c.decided_at.desc(), votes.c.id.desc()).limit(1)


def _still_open(connection: Connection, user_id: str, pair_id: str) -> RowMapping:
    row = find(connection, votes, "pair", pair_id, user_id=user_id, lock=True)
    if row["decided_at"] is not None:
        state = "skipped" if row["choice"] is None else "voted on"
        raise WrongState("pair", state, "take a vote", ["open"])
    return row


def _change(connection: Connection, pair_id: str, **values: object) -> RowMapping:
    statement = update(votes).where(votes.c.id == pair_id).values(**values).returning(votes)
    return connection.execute(statement).mappings().one()


def _pair(row: RowMapping) -> Pair:
    return Pair(**{name: row[name] for name in Pair.__dataclass_fields__})


def _vote(row: RowMapping) -> Vote:
    values = {name: row[name] for name in Vote.__dataclass_fields__}
    cast = {"choice": Choice(row["choice"]), "created_at": row["decided_at"]}
    return Vote(**values | cast)
