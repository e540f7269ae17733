"""What only a real browser shows of the pages: stopping, reloading, leaving, and who is asked.

The page process is real, the teacher is a server of the test's own that takes its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.e2e.chromium import Window, window
from tests.e2e.studio import Studio, studio
from tests.fake_llamacpp import good_texts
from tests.processes import wait_for
from tests.studio.web.shelf import Shelf

pytestmark = pytest.mark.browser

PROMPT = "A toll troll. It costs $5, *really* $6. " + "x" * 150
HOSTILE = "<img src=x onerror=document.title='run'> **bold** $x$ and $y$ " + "w" * 200


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("pages")) as started:
        started.engine.ensure_user("anna")
        yield started


def begin(page: Page, prompt: str = PROMPT) -> None:
    page.get_by_role("textbox", name="What is the story about?").fill(prompt)
    page.get_by_role("button", name="Write", exact=True).click()


def stop(page: Page) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()


def test_stop_keeps_the_draft_frees_the_model_and_shows_what_came(
    running: Studio, opened: Window
) -> None:
    page = opened.open("/?who=anna")
    begin(page)
    first = good_texts()[0]["text"].split()[0]
    page.get_by_text("▌").wait_for()
    stop(page)
    page.get_by_text("stopped early").wait_for()
    draft = running.engine.store.stories.list("anna")[0].drafts[0]
    assert draft.finish_reason == "closed"
    assert draft.text.startswith(first)
    assert draft.text.split()[-1] in page.get_by_test_id("stMain").inner_text()
    page.get_by_role("button", name="Regenerate").click()
    page.get_by_text("▌").wait_for()
    stop(page)
    page.get_by_text("Draft 2 of 2").wait_for()
    assert len(running.engine.store.stories.list("anna")[0].drafts) == 2


def test_closing_the_tab_in_the_middle_keeps_the_draft(running: Studio, opened: Window) -> None:
    page = opened.open("/?who=anna")
    begin(page, "Closed in the middle")
    page.get_by_text("▌").wait_for()
    page.wait_for_timeout(800)
    page.close()

    def is_saved() -> bool:
        story = running.engine.store.stories.list("anna")[0]
        return story.prompt == "Closed in the middle" and len(story.drafts) == 1

    wait_for("the draft of the closed tab", is_saved)


def test_a_reload_finds_the_same_name_and_its_stories(running: Studio, opened: Window) -> None:
    running.engine.start_story("anna", "Found again after a reload")
    page = opened.open("/?who=anna")
    page.get_by_role("button", name="Found again after a reload").wait_for()
    page.reload()
    page.get_by_role("button", name="Found again after a reload").wait_for()


def test_hostile_text_is_shown_and_never_run_nor_wider_than_a_phone(
    running: Studio, tmp_path: Path
) -> None:
    texts = running.teacher.script.texts
    running.teacher.script.texts = [HOSTILE]
    with window(running.url, width=390) as browser:
        page = browser.open("/?who=anna")
        begin(page, HOSTILE)
        page.get_by_role("button", name="Regenerate").wait_for()
        browser.settle()
        assert "**bold** $x$ and $y$" in page.get_by_test_id("stMain").inner_text()
        assert page.title() != "run"
        assert page.locator("img[src=x]").count() == 0
        assert browser.overflow() <= 0
    running.teacher.script.texts = texts


def test_copy_puts_the_text_on_the_clipboard(running: Studio, opened: Window) -> None:
    page = opened.open("/?who=anna")
    begin(page, "For the clipboard")
    page.get_by_role("button", name="Copy", exact=False).first.click()
    page.get_by_test_id("stCode").hover()
    copy = "[title='Copy to clipboard'], [aria-label='Copy to clipboard']"
    page.get_by_test_id("stCode").locator(copy).first.click()
    draft = running.engine.store.stories.list("anna")[0].drafts[0]
    page.wait_for_timeout(300)
    assert page.evaluate("navigator.clipboard.readText()") == draft.text


def test_a_batch_goes_on_while_the_page_is_left(running: Studio, opened: Window) -> None:
    job = Shelf(running.engine, "ben").batch(kept=3, more=9)
    page = opened.open("/auto_train?who=ben")
    page.get_by_text("3 kept, 0 rejected").wait_for()
    page.get_by_role("link", name="My model").click()
    page.get_by_role("heading", name="My model").wait_for()
    running.engine.store.jobs.progress(job.id, done=11)
    page.get_by_text("92%").wait_for()  # the chip in the sidebar, without a click
    running.engine.store.jobs.succeed(job.id, {"total_time": 9.0})
    page.get_by_role("link", name="Auto-Train").click()
    page.get_by_role("heading", name="3 · Results").wait_for()


class Hasty:
    """Between browser and studio: right after a click on another page comes a timer of the page before."""

    def __init__(self, page: Page) -> None:
        self.timer: bytes | None = None
        self.armed = False
        self.late = 0
        page.route_web_socket("**/_stcore/stream", self.connect)

    def connect(self, route: WebSocketRoute) -> None:
        studio = route.connect_to_server()
        studio.on_message(route.send)
        route.on_message(lambda message: self.forward(studio, message))

    def forward(self, studio: WebSocketRoute, message: str | bytes) -> None:
        studio.send(message)
        assert isinstance(message, bytes)
        request = BackMsg.FromString(message).rerun_script
        if request.is_auto_rerun:
            self.timer = message
        elif self.armed and self.timer:
            before = BackMsg.FromString(self.timer).rerun_script.page_script_hash
            if request.page_script_hash not in ("", before):
                studio.send(self.timer)
                self.late += 1


@pytest.mark.parametrize("streaming", [True, False])
def test_a_timer_that_fires_late_does_not_bring_the_page_before_back(
    running: Studio, opened: Window, streaming: bool
) -> None:
    hasty = Hasty(opened.page)
    page = opened.open("/?who=anna")
    if streaming:
        begin(page, "Left while it is written")
        page.get_by_text("▌").wait_for()
    while hasty.timer is None:
        page.wait_for_timeout(100)
    hasty.armed = True
    page.get_by_role("link", name="My model").click()
    page.get_by_text("There is no model of your own yet").wait_for()
    opened.settle()
    assert page.get_by_text("There is no model of your own yet").is_visible()
    assert page.get_by_role("heading", name="My model").is_visible()
    assert hasty.late == 1
