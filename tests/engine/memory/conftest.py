"""A memory with a real store and a real index, and a small stand-in for the embedding model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.memory.memory import Memory
from engine.store import Store, open_store
from tests.memory_servers import Chroma, FakeEmbeddings, chroma, fake_embeddings

THRESHOLD = 7.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    opened.users.ensure("anna")
    opened.users.ensure("ben")
    yield opened
    opened.database.dispose()


@pytest.fixture
def index_server(tmp_path: Path) -> Iterator[Chroma]:
    with chroma(tmp_path / "memory") as server:
        yield server


@pytest.fixture
def embeddings(store: Store) -> Iterator[FakeEmbeddings]:
    with fake_embeddings() as server:
        store.serving.publish("http://127.0.0.1:1", "tiny", "0" * 64, {}, server.url)
        yield server


@pytest.fixture
def memory(store: Store, index_server: Chroma, embeddings: FakeEmbeddings) -> Memory:
    return Memory(store, lambda: index_server.url, threshold=THRESHOLD)
