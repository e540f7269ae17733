"""The memory in a real browser: paste, see what would be recalled, pin, forget. The index is real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from studio.web.components.memory import WIDTHS
from tests.e2e.chromium import Window
from tests.e2e.studio import Studio, studio_with_memory
from tests.processes import wait_for

pytestmark = pytest.mark.browser

KEY = "Mara hid the brass key under the third stair of the lighthouse."
RIVER = "The river Wern runs backwards for one hour at midwinter."
ROW, HEADER = 35, 35  # pixels of the table, which is a drawing


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio_with_memory(tmp_path_factory.mktemp("memory"), delay=0.0) as started:
        started.engine.ensure_user("anna")
        yield started


def remember(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Paste a text").fill(text)
    page.get_by_role("button", name="Remember", exact=True).click()
    page.get_by_text("1 passage remembered").first.wait_for()


def tick(opened: Window, row: int, x: int) -> None:
    """Click a box of the table."""
    opened.settle()
    table = opened.page.get_by_test_id("stDataFrame")
    table.click(position={"x": x, "y": HEADER + ROW * row + ROW // 2})


def ask(page: Page, query: str) -> None:
    field = page.get_by_label("What would be recalled for …")
    field.fill(query)
    field.press("Enter")


def test_what_is_pasted_is_recalled_pinned_read_along_and_forgotten(
    running: Studio, opened: Window
) -> None:
    memory, page = running.engine.memory, opened.open("/memory?who=anna")
    page.get_by_text("Nothing is remembered yet").wait_for()
    remember(page, RIVER)
    page.get_by_text("1 passage.").wait_for()
    remember(page, KEY)
    page.get_by_text("2 passages.").wait_for()

    ask(page, "Where is the brass key?")
    page.get_by_text("score 0.").first.wait_for()
    shown = page.get_by_test_id("stMain").inner_text()
    assert shown.index(KEY) < shown.index(RIVER)

    tick(opened, 0, WIDTHS["Choose"] + 60 + 45)
    wait_for("the pin", lambda: memory.passages("anna").passages[0].pinned)

    page.get_by_role("link", name="Write").first.click()
    page.get_by_role("textbox", name="What is the story about?").fill("A lighthouse at night")
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="Regenerate").wait_for()
    page.get_by_text("Memory · score").first.wait_for()
    assert KEY in str(running.teacher.requests[-1]["messages"])

    page.get_by_role("link", name="Memory").first.click()
    tick(opened, 0, 45)
    page.get_by_role("button", name="Forget 1 chosen").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(KEY).wait_for()
    dialog.get_by_role("button", name="Keep them").click()
    expect(dialog).to_have_count(0)
    assert memory.passages("anna").total == 2

    page.get_by_role("button", name="Forget 1 chosen").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget for good").click()
    page.get_by_text("1 passage.").wait_for()
    assert [each.text for each in memory.passages("anna").passages] == [RIVER]
    assert memory.recall("anna", "Where is the brass key?")[0].passage.text == RIVER
    ask(page, "Where did Mara hide the key?")
    page.get_by_text("score 0.").first.wait_for()
    assert KEY not in page.get_by_test_id("stMain").inner_text()


def test_an_upload_is_cut_into_passages_and_a_copy_can_be_downloaded(
    running: Studio, opened: Window
) -> None:
    running.engine.ensure_user("ben")
    page = opened.open("/memory?who=ben")
    chooser = page.get_by_test_id("stFileUploaderDropzoneInput").first
    chooser.set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": RIVER.encode()}
    )
    page.get_by_text("notes.txt").first.wait_for()
    page.get_by_role("button", name="Remember these files").click()
    page.get_by_text("1 passage.").wait_for()
    assert running.engine.memory.passages("ben").passages[0].title == "notes.txt"
    with page.expect_download() as started:
        page.get_by_role("button", name="Download a copy").click()
    assert started.value.suggested_filename == "memory-ben.jsonl"
    assert RIVER in started.value.path().read_text(encoding="utf-8")
