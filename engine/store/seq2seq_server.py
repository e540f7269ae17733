"""Where a T5 answers, and when somebody last wanted one to: it is only loaded while it is wanted.

Who wants it says so before looking up the address; who ends it takes the address away only if nobody has
said so for a while, in one transaction. So an address that was read is not one that is about to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from engine.store.database import Database
from engine.store.new_examples import NEVER
from engine.store.rows import insert_once, now
from engine.store.tables import seq2seq_server

_ONLY = 1


@dataclass(frozen=True)
class Wanted:
    """`url` is empty while nothing answers; `problem` says why it could not be started."""

    wanted_at: datetime = NEVER
    url: str = ""
    problem: str = ""


class Seq2SeqServers:
    """The one server of a studio."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def want(self) -> Wanted:
        """Say that a T5 is wanted now; what is known of its server."""
        self._set(wanted_at=now())
        return self.current()

    def current(self) -> Wanted:
        """What is known of the server."""
        with self._database.read() as connection:
            row = connection.execute(select(seq2seq_server)).mappings().first()
        return Wanted() if row is None else Wanted(row["wanted_at"], row["url"], row["problem"])

    def publish(self, url: str, problem: str = "") -> None:
        """Where it answers now; empty with a `problem` when it cannot."""
        self._set(url=url, problem=problem)

    def withdraw(self, *, unused_for: timedelta = timedelta()) -> bool:
        """Take the address away if nobody wanted it for so long; whether it was."""
        before = now() - unused_for
        statement = (
            update(seq2seq_server).where(seq2seq_server.c.wanted_at <= before).values(url="")
        )
        with self._database.write() as connection:
            return bool(connection.execute(statement).rowcount)

    def _set(self, **values: Any) -> None:
        # Those columns alone: who wants it and who publishes it must not undo each other.
        first = {"id": _ONLY, "wanted_at": NEVER, "url": "", "problem": ""}
        with self._database.write() as connection:
            insert_once(connection, seq2seq_server, first)
            connection.execute(update(seq2seq_server).values(values))
