"""What the tests of pages in a browser share; each file has its own studio, the fixture `running`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.chromium import Window, window
from tests.e2e.studio import Studio


@pytest.fixture
def opened(running: Studio) -> Iterator[Window]:
    """A window that in the end has no error and has asked nobody but the studio."""
    with window(running.url) as browser:
        yield browser
        assert browser.errors == []
        assert browser.foreign == []
