"""Fixtures that several parts of the tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.gguf import embedding_gguf
from tests.processes import Home
from tests.tiny import make_tiny_gguf


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with processes of their own first: they take longest, and nothing should wait for them."""
    items.sort(key=lambda item: "home" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny base model with a real tokenizer, made once a session; see tests/tiny.py."""
    return make_tiny_gguf(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="session")
def embedding_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the real embedding model, converted once a session."""
    return embedding_gguf(tmp_path_factory.mktemp("embedding")).parent


@pytest.fixture(scope="session")
def tiny_bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tiny model is converted for trainings, by the first one of the session."""
    return tmp_path_factory.mktemp("bases")


@pytest.fixture
def home(tmp_path: Path, tiny_gguf: Path, tiny_bases: Path) -> Iterator[Home]:
    """A home folder on the tiny model. Its processes end with the test; a failure shows their logs."""
    opened = Home(tmp_path / "home", tiny_gguf, bases=tiny_bases)
    yield opened
    opened.close()
    print(opened.logs())
