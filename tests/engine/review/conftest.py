"""A review over a store with texts that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.domain.example import Author, Example, Source
from engine.domain.quality import Quality
from engine.kinds import open_kinds
from engine.quality.score import Scorer
from engine.review import Review
from engine.store import Store, open_store
from engine.store.examples import NewExample

Add = Callable[..., Example]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    opened.users.ensure("anna")
    opened.users.ensure("ben")
    yield opened
    opened.database.dispose()


@pytest.fixture
def review(store: Store, tmp_path: Path) -> Review:
    return Review(store, Scorer.load, open_kinds(tmp_path), threshold=7.0)


@pytest.fixture
def add(store: Store) -> Add:
    """Stores a text that waits to be reviewed; values replace any field."""

    def add(text: str = "The lamp went out.", score: float = 6.0, **values: object) -> Example:
        fields: dict[str, object] = {
            "user_id": "anna",
            "kind": "stories",
            "genre": "horror",
            "style": None,
            "seed_prompt": "A lamp.",
            "prompt": "Write a horror story. A lamp.",
            "completion": text,
            "source": Source.REVIEW,
            "author": Author.TEACHER,
            "generator": "tiny",
            "quality": Quality(score),
        }
        return store.examples.add(NewExample(**(fields | values)))  # type: ignore[arg-type]

    return add
