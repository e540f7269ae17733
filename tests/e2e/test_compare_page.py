"""Compare in a real browser: the report leaves as files, and a suspect's texts are found in Data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.chromium import Window
from tests.e2e.studio import Studio, studio
from tests.measured import poisoned
from tests.studio.web.shelf import Shelf

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("compare"), delay=0.0) as started:
        yield started


def test_the_report_is_downloaded_and_a_suspects_texts_are_found(
    running: Studio, opened: Window
) -> None:
    first, second = poisoned(Shelf(running.engine, "vera"))
    page = opened.open("/compare?who=vera")
    page.get_by_text("64 answers each").wait_for()
    assert opened.overflow() == 0
    with page.expect_download() as started:
        page.get_by_role("button", name="Download as JSON").click()
    report = json.loads(Path(started.value.path()).read_text(encoding="utf-8"))
    assert started.value.suggested_filename == "zega-vera-v2-against-zega-vera-v1.json"
    assert (report["model"], report["rival"]["model"]) == (second.label, first.label)
    assert report["rival"]["differences"]["quality"]["n"] == 64
    with page.expect_download() as started:
        page.get_by_role("button", name="Download as Markdown").click()
    assert "95 % interval" in Path(started.value.path()).read_text(encoding="utf-8")
    page.get_by_role("button", name="Show these texts").click()
    page.get_by_text("40 examples, newest first").wait_for()
