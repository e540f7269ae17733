"""Transactions, migrations and waiting for each other, in threads and in processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

import engine
from engine.domain.job import JobKind
from engine.domain.quality import Quality
from engine.errors import InvalidInput, StorageUnavailable
from engine.store import Store, open_store
from engine.store.database import Database
from engine.store.tables import metadata, users

ROOT = Path(engine.__file__).parents[1]


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Run Python in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_sqlite_connections_are_durable_check_references_and_leave_no_words(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'zega.db'}")
    found = {}
    with database.read() as connection:
        for pragma in (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "secure_delete",
            "busy_timeout",
        ):
            found[pragma] = connection.execute(text(f"PRAGMA {pragma}")).scalar_one()
    assert found == {
        "journal_mode": "delete",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 30_000,
    }


@pytest.mark.parametrize("url", ["", "no url", "mysql://localhost/zega"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Database(url)
    assert caught.value.field == "url"


def test_migrations_give_the_tables_the_code_uses(store: Store) -> None:
    with store.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_keeps_everything(store: Store, store_url: str) -> None:
    store.database.migrate()
    again = open_store(store_url)
    assert again.users.list() == ["anna", "ben"]
    again.database.dispose()


def test_a_failed_migration_leaves_nothing_behind(store_url: str) -> None:
    database = Database(store_url)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE versions (id TEXT)"))
    with pytest.raises(Exception, match="versions"):
        database.migrate()
    with database.write() as connection:
        connection.execute(text("DROP TABLE versions"))
    database.migrate()
    with database.read() as connection:
        assert connection.execute(select(users)).all() == []
    database.dispose()


def test_a_migrated_database_is_opened_while_somebody_writes(store: Store) -> None:
    with store.database.write():
        open_store(store.database.url).database.dispose()
    assert store.users.list() == ["anna", "ben"]


@pytest.mark.parametrize("way", ["read", "write"])
def test_ctrl_c_is_heard_at_a_transactions_end_and_leaves_nothing_locked(
    store: Store, way: str
) -> None:
    """Else a reader that is broken off goes on reading while its interrupt is handled."""
    found: list[str] = []

    def interrupted() -> None:
        with getattr(store.database, way)() as connection:
            rows = connection.execute(select(users.c.id))
            signal.raise_signal(signal.SIGINT)
            found.extend(rows.scalars())

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            interrupted()
    finally:
        signal.signal(signal.SIGINT, before)
    assert sorted(found) == ["anna", "ben"]
    again = open_store(store.database.url)
    again.users.ensure("cara")
    again.database.dispose()
    assert caught.traceback  # and all that it holds on to is still there


def test_two_processes_and_four_threads_migrate_at_once(store_url: str) -> None:
    script = """
import sys
from engine.store import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store(sys.argv[1]).users.ensure(sys.argv[2])
"""
    processes = [start(script, store_url, name) for name in ("first", "second")]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [store_url] * 4))
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
    assert stores[0].users.list() == ["first", "second"]
    for each in stores:
        each.database.dispose()


def test_one_process_migrates_several_databases_at_once(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / f'{number}.db'}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(open_store, urls))
    for number, store in enumerate(stores):
        store.users.ensure(f"user{number}")
        assert store.users.list() == [f"user{number}"]
        store.database.dispose()


def test_an_error_rolls_the_whole_transaction_back(store: Store) -> None:
    at = datetime.now(UTC)

    def twice() -> None:
        with store.database.write() as connection:
            connection.execute(insert(users).values(id="carl", created_at=at))
            connection.execute(insert(users).values(id="anna", created_at=at))

    with pytest.raises(IntegrityError):
        twice()
    assert store.users.list() == ["anna", "ben"]


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    first_holds_the_lock, order = threading.Event(), []

    def second() -> None:
        first_holds_the_lock.wait()
        with store.database.write():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with store.database.write() as connection:
        first_holds_the_lock.set()
        # The lock was taken by BEGIN: reading first and writing later cannot fail half-way.
        assert connection.execute(select(users)).all() == []
        thread.join(timeout=0.3)
        assert thread.is_alive()
        connection.execute(insert(users).values(id="anna", created_at=datetime.now(UTC)))
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    store.database.dispose()


def test_times_come_back_in_utc_with_their_zone(store: Store) -> None:
    vienna = timezone(timedelta(hours=2))
    at = datetime(2026, 7, 1, 0, 30, 15, 123456, tzinfo=vienna)
    with store.database.write() as connection:
        connection.execute(insert(users).values(id="carl", created_at=at))
    with store.database.read() as connection:
        found = connection.execute(
            select(users.c.created_at).where(users.c.id == "carl")
        ).scalar_one()
    assert found == at
    assert found.tzinfo is UTC
    assert found.isoformat() == "2026-06-30T22:30:15.123456+00:00"


def test_times_without_a_zone_are_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="timezone"), store.database.write() as connection:
        connection.execute(insert(users).values(id="carl", created_at=datetime(2026, 7, 1)))


def test_not_a_number_is_refused_as_json(store: Store) -> None:
    with pytest.raises((StatementError, ValueError), match="JSON"):
        store.preferences.set("anna", "mix", {"fantasy": float("nan")})
    assert store.preferences.get("anna", "mix") is None


def test_four_threads_lose_nothing(store: Store) -> None:
    job = store.jobs.create("anna", JobKind.AUTO_TRAIN, {})
    story = store.stories.create("anna", prompt="p", kind="story", genre=None, style=None)

    def write(thread: int) -> None:
        for index in range(10):
            store.outcomes.record_failed(job.id, thread * 10 + index, "no answer", 0.1)
            store.stories.add_draft(
                "anna",
                story.id,
                text="t",
                model="m",
                seconds=0.1,
                completion_tokens=1,
                finish_reason="stop",
                quality=Quality(8.0),
                example=None,
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert store.outcomes.done(job.id) == set(range(40))
    drafts = store.stories.get("anna", story.id).drafts
    assert [draft.number for draft in drafts] == list(range(1, 41))


def test_two_processes_lose_nothing(store: Store, store_url: str) -> None:
    script = """
import sys
from engine.domain.quality import Quality
from engine.store import open_store
store = open_store(sys.argv[1])
for _ in range(20):
    store.stories.add_draft(
        "anna", sys.argv[2], text="t", model="m", seconds=0.1, completion_tokens=1,
        finish_reason="stop", quality=Quality(8.0), example=None,
    )
"""
    story = store.stories.create("anna", prompt="p", kind="story", genre=None, style=None)
    processes = [start(script, store_url, story.id) for _ in range(2)]
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
    drafts = store.stories.get("anna", story.id).drafts
    assert [draft.number for draft in drafts] == list(range(1, 41))


def test_what_the_database_cannot_do_is_said_and_loses_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    store.users.ensure("anna")
    with store.database.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))  # as on a full disk
    with pytest.raises(StorageUnavailable, match="full"):
        store.preferences.set("anna", "long", "x" * 100_000)
    assert store.users.list() == ["anna"]
    with pytest.raises(InvalidInput, match="half a character"):
        store.preferences.set("anna", "half", "\ud800")
    with pytest.raises(InvalidInput, match="too large"):
        store.jobs.list("anna", 10**30)
    store.database.dispose()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "zega.db").write_text("A letter, not a database." * 100)
    with pytest.raises(StorageUnavailable, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    with pytest.raises(StorageUnavailable, match="unable to open"):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'zega.db'}")
