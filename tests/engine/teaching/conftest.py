"""An engine on a home of its own, with the built-in base served by a fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.settings import load_settings
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home"))
    opened.ensure_user("anna")
    opened.ensure_user("ben")
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def base(engine: Engine) -> Iterator[FakeLlamaCpp]:
    """The model server: the base, and whatever adapters a test publishes."""
    with fake_llamacpp() as server:
        engine.store.serving.publish(server.url, "base", "0" * 64, {}, "")
        yield server
