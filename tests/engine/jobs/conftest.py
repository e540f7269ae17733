"""A home folder for each test, with processes that end with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Home


@pytest.fixture
def home(tmp_path: Path, tiny_gguf: Path) -> Iterator[Home]:
    opened = Home(tmp_path / "home", tiny_gguf)
    yield opened
    opened.close()
    print(opened.logs())
