"""Database: connections, short transactions and migrations, for SQLite and Postgres.

It knows nothing of the tables beyond where their migrations lie. On SQLite a write transaction
takes the write lock when it begins, so that two writers wait for each other instead of failing
half-way; readers never upgrade to writers. Keep transactions short: no model call, no stream and
no second transaction inside one.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from engine.errors import InvalidInput, StorageUnavailable

BUSY_TIMEOUT_SECONDS = 30
MIGRATIONS = Path(__file__).parent / "migrations"

_BEGIN_OPTION = "store_begin"
_MIGRATION_LOCK_KEY = 0x5A454741
# Alembic keeps the environment it runs in a module global: two databases of one process must
# not migrate at the same time.
_migrating = threading.Lock()


class Database:
    """One database by URL, e.g. `sqlite:////home/anna/zega.db` or `postgresql://…`.

    Raises InvalidInput for a URL that is neither. The folder of a SQLite file must exist.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise InvalidInput("url", "is not a database address") from error
        self.url = url
        self._dialect = parsed.get_backend_name()
        if self._dialect not in ("sqlite", "postgresql"):
            raise InvalidInput("url", f"must be sqlite or postgresql, got {self._dialect}")
        # NaN is no JSON: Postgres refuses it, so SQLite must not accept it silently.
        serializer = partial(json.dumps, ensure_ascii=False, allow_nan=False)
        if self.is_sqlite:
            self._engine = create_engine(
                parsed,
                json_serializer=serializer,
                connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
            )
            _prepare_sqlite(self._engine)
        else:
            self._engine = create_engine(parsed, json_serializer=serializer, pool_pre_ping=True)
        self._writer = self._engine.execution_options(**{_BEGIN_OPTION: "BEGIN IMMEDIATE"})

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine; else it is Postgres, anywhere."""
        return self._dialect == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short transaction for reading only. Raises StorageUnavailable."""
        with _named(), _whole(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A short transaction: committed as a whole at the end, rolled back on any error.

        Another writer is waited for up to BUSY_TIMEOUT_SECONDS on SQLite. Raises StorageUnavailable,
        and InvalidInput for a text or a number that no database takes.
        """
        with _named(), _whole(), self._writer.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the schema to the newest revision; two processes may call this at once.

        Everything happens in one write transaction: the second caller waits, then finds
        nothing left to do, and an interrupted migration leaves the old schema. Where there is nothing
        to do nobody is kept waiting: every process looks when it starts, a niced training, too.
        """
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with _migrating:
            with self.read() as connection:
                there = MigrationContext.configure(connection).get_current_heads()
            if there == _newest():
                return
            with self.write() as connection:
                if self._dialect == "postgresql":
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK_KEY}
                    )
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    def scrub(self) -> None:
        """Write the database anew, so that no free page holds what was deleted or overwritten.

        SQLite takes about a second for 200 MB and lets nobody else in meanwhile. Raises
        StorageUnavailable.
        """
        with _named():
            if self.is_sqlite:
                # No transaction, which a connection of `_engine` would begin.
                raw = self._engine.raw_connection()
                try:
                    raw.cursor().execute("VACUUM")
                finally:
                    raw.close()
            else:
                alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")
                with alone.connect() as connection:
                    connection.execute(text("VACUUM FULL"))

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


@cache
def _newest() -> tuple[str, ...]:
    """The revision that the migrations lead to. They are read for it, once a process."""
    return tuple(ScriptDirectory(str(MIGRATIONS)).get_heads())


@contextmanager
def _whole() -> Iterator[None]:
    """Ctrl-C is heard once the transaction has ended. What it broke off in the middle, SQLite would go on
    reading for as long as anybody handles the interrupt, and nobody could write meanwhile."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    heard: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda *interrupt: heard.append(interrupt))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if heard:
            handler(*heard[0])


@contextmanager
def _named() -> Iterator[None]:
    """What the database cannot do gets a name; what the code does wrong stays as it is."""
    try:
        yield
    except DatabaseError as error:
        # Not its other kinds, e.g. IntegrityError: those are the code's own.
        if isinstance(error, OperationalError) or type(error) is DatabaseError:
            raise StorageUnavailable(error.orig) from error
        raise
    except UnicodeEncodeError as error:
        raise InvalidInput("text", "holds half a character, which is no text") from error
    except OverflowError as error:
        raise InvalidInput("number", "is too large") from error


def _prepare_sqlite(engine: Engine) -> None:
    """Set the pragmas of each new connection and begin transactions ourselves."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # The driver begins nothing by itself: `begun` below is the only place that does.
        connection.isolation_level = None
        cursor = connection.cursor()
        # A rollback journal: SQLite 3.7.0-3.51.2 can lose WAL frames when several connections
        # checkpoint. FULL: what was acknowledged survives a power cut.
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode=DELETE")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # What is deleted is overwritten with zeros: free pages would keep the words.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN_OPTION, "BEGIN"))
