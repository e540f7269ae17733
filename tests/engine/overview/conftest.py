"""A store with users anna and ben, what fills it, and the overview of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.overview.overview import Overview
from engine.store import Store, open_store
from tests.engine.store.conftest import Make


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    opened.users.ensure("anna")
    opened.users.ensure("ben")
    yield opened
    opened.database.dispose()


@pytest.fixture
def make(store: Store) -> Make:
    return Make(store)


@pytest.fixture
def overview(store: Store, tmp_path: Path) -> Overview:
    return Overview(store, tmp_path, threshold=7.0, train_at=50, min_examples=10)
