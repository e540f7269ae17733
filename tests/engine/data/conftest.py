"""What tests of data share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.settings import load_settings
from engine.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the users anna and ben."""
    opened = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    opened.users.ensure("anna")
    opened.users.ensure("ben")
    yield opened
    opened.database.dispose()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A whole engine with the user anna."""
    opened = open_engine(load_settings(home=tmp_path / "home"))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()
