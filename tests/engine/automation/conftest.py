"""An engine whose trainings start by themselves at six new examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.settings import load_settings
from tests.engine.store.conftest import Make

TRAIN_AT = 6


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """For anna and ben; a training takes four examples at least."""
    settings = load_settings(home=tmp_path / "home", train_at=TRAIN_AT, min_examples=4)
    opened = open_engine(settings)
    for user in ("anna", "ben"):
        opened.ensure_user(user)
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def make(engine: Engine) -> Make:
    return Make(engine.store)
