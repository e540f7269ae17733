"""The embedding model as it is served: the real one, in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.memory.indexing import Indexing
from engine.serving.embeddings import EmbeddingServer
from engine.serving.model_server import ModelServer
from engine.store import Store, open_store
from models.errors import Unavailable
from tests.processes import wait_for


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'zega.db'}")


@pytest.fixture
def embeddings(embedding: Path) -> Iterator[EmbeddingServer]:
    server = EmbeddingServer(embedding.parent)
    yield server
    server.close()


def test_texts_wait_for_nothing_and_meanings_come_later(
    store: Store, tmp_path: Path, tiny_gguf: Path, embeddings: EmbeddingServer
) -> None:
    """The base is published at once; the embedding model joins it, and comes back when it dies."""
    server = ModelServer(
        store,
        tmp_path,
        base_model="tiny",
        gguf=tiny_gguf,
        slots=1,
        context=512,
        threads=1,
        hot_adapters=2,
        embeddings=embeddings.url,
    )
    indexing = Indexing(store, lambda: "")
    with pytest.raises(Unavailable, match="starting"):
        indexing.embed(["too early"])

    def embeddings_url() -> str:
        server.refresh()
        generation = store.serving.current()
        assert generation is not None
        return generation.embeddings_url

    try:
        server.refresh()
        first = store.serving.current()
        wait_for("the embedding model", lambda: embeddings_url() != "")
        second = store.serving.current()
        assert first is not None
        assert second is not None
        assert first.url == second.url
        check_meanings(indexing)

        assert embeddings._server is not None
        os.kill(embeddings._server.pid, signal.SIGKILL)
        wait_for("a new address", lambda: embeddings_url() not in ("", second.embeddings_url))
        check_meanings(indexing)
    finally:
        server.close()


def check_meanings(indexing: Indexing) -> None:
    """Unit vectors that put alike things near each other, whatever is thrown at them."""
    long = "\u6587" * 3000  # more tokens than the model reads at once
    vectors = np.array(
        indexing.embed(["The cat sleeps.", "A kitten naps.", "Taxes rose in May.", long, "🐉"])
    )
    assert vectors.shape == (5, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-3)
    cat, kitten, taxes, *_ = vectors
    assert cat @ kitten > 0.6 > 0.2 > cat @ taxes
