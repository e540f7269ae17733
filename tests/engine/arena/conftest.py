"""An engine with one version of anna's own, served by a fake beside the base."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.domain.version import Version
from engine.engine import Engine
from engine.settings import load_settings
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.studio.web.shelf import Shelf


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home"))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def base(engine: Engine) -> Iterator[FakeLlamaCpp]:
    """The model server, with the base alone."""
    with fake_llamacpp() as server:
        engine.store.serving.publish(server.url, "base", "0" * 64, {}, "")
        yield server


@pytest.fixture
def version(engine: Engine, base: FakeLlamaCpp) -> Version:
    """Anna's own model, active and served."""
    made = Shelf(engine, "anna").version()
    engine.activate("anna", made.number)
    engine.store.serving.publish(base.url, "base", "0" * 64, {made.id: 3}, "")
    return made
