"""An engine of anna, whose only teacher is a fake that counts tokens as real servers do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.domain.provider import Provider
from engine.engine import Engine
from engine.settings import load_settings
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider

WORDS = "The fox waited in the snow until the last light had gone out of the house. " * 20


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home", train_at=0))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_openai(metered=True, texts=(WORDS,)) as server:
        yield server


@pytest.fixture
def provider(engine: Engine, fake: FakeProvider) -> Provider:
    """Anna's teacher; a token read costs one millionth, one written four."""
    added = engine.teachers.add(
        "Writers",
        "openai",
        base_url=f"{fake.url}/v1",
        model="writer-large",
        key=KEY,
        concurrency=64,
        price_in=1.0,
        price_out=4.0,
    )
    engine.teachers.choose("anna", [added.id])
    return added
