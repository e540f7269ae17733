"""Fixtures that several parts of the tests share."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from engine.store.database import Database
from models.gguf import embedding_gguf
from tests.processes import Home
from tests.tiny import make_tiny_gguf


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with processes of their own first: they take longest, and nothing should wait for them."""
    items.sort(key=lambda item: "home" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", autouse=True)
def quick_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new SQLite file begins as a copy of one that was migrated once: a tenth of a second less for
    each of the many tests with a database of their own."""
    migrated = tmp_path_factory.mktemp("database") / "migrated.db"
    first = Database(f"sqlite:///{migrated}")
    first.migrate()
    first.dispose()
    migrate = Database.migrate

    def copy_and_migrate(database: Database) -> None:
        name = make_url(database.url).database
        if database.is_sqlite and name and Path(name).parent.is_dir() and not Path(name).exists():
            shutil.copy(migrated, name)
        migrate(database)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "migrate", copy_and_migrate)
        yield


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for every home of a run of the tests, whichever of its processes they are in: what the first
    one converts, the embedding model or the tiny base for trainings, is there for all."""
    root = tmp_path_factory.getbasetemp()
    folder = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "converted"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def tiny_gguf(converted: Path) -> Path:
    """A tiny base model with a real tokenizer, made once; see tests/tiny.py."""
    path = converted / "tiny.gguf"
    with (converted / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return path if path.exists() else make_tiny_gguf(path)


@pytest.fixture(scope="session")
def embedding(converted: Path) -> Path:
    """The real embedding model as it is served."""
    return embedding_gguf(converted)


@pytest.fixture(scope="session")
def tiny_bases(converted: Path) -> Path:
    """Where the tiny model is converted for trainings."""
    return converted / "bases"


@pytest.fixture
def home(tmp_path: Path, tiny_gguf: Path, converted: Path) -> Iterator[Home]:
    """A home folder on the tiny model. Its processes end with the test; a failure shows their logs."""
    opened = Home(tmp_path / "home", tiny_gguf, cache=converted)
    yield opened
    opened.close()
    print(opened.logs())
