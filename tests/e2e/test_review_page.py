"""A review of twenty texts by keyboard, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from engine.domain.example import Author, Decision
from tests.e2e.chromium import Window
from tests.e2e.studio import Studio, studio
from tests.processes import wait_for
from tests.studio.web.shelf import Shelf

pytestmark = pytest.mark.browser

CARDS = 20
# What is pressed for each card, over and over; Z takes the last decision back.
KEYS = "aarsaazaraea"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("review")) as started:
        Shelf(started.engine, "anna").examples(CARDS)
        yield started


def steps(running: Studio) -> int:
    """How many decisions there are, and how many were taken back."""
    history = running.engine.review.history("anna", limit=500)
    return len(history) + sum(entry.undone_at is not None for entry in history)


def press(page: Page, running: Studio, key: str) -> None:
    """Press a key and wait until it is on disk and the next card is there."""
    before = steps(running)
    page.keyboard.press(key)
    if key == "e":
        field = page.get_by_role("textbox", name="Your version")
        field.fill(f"The heron waited for the tide, {before} times in all, and it came.")
        page.get_by_role("button", name="Save and accept").click()
    wait_for(f"the decision of {key!r}", lambda: steps(running) == before + 1)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(250)


def test_twenty_texts_are_reviewed_without_a_mouse(running: Studio, opened: Window) -> None:
    page = opened.open("/review?who=anna")
    page.get_by_role("button", name="Accept (A)").wait_for()
    opened.settle()
    pressed, turn = "", 0
    while page.get_by_role("button", name="Accept (A)").count():
        pressed += KEYS[turn % len(KEYS)]
        press(page, running, KEYS[turn % len(KEYS)])
        turn += 1
        assert turn < 4 * CARDS, pressed
    expect(page.get_by_text("Nothing waits here any more")).to_be_visible()
    assert set(pressed) == set("aerzs")
    examples = running.engine.store.examples.list("anna", limit=100)
    decided = [each.decision for each in examples if each.author is Author.TEACHER]
    edited = [each for each in examples if each.author is Author.PERSON]
    assert len(decided) == CARDS
    assert len(edited) == pressed.count("e")
    assert all(each.decision is Decision.ACCEPTED for each in edited)
    assert Decision.REJECTED in decided
    history = running.engine.review.history("anna", limit=500)
    assert sum(entry.undone_at is not None for entry in history) == pressed.count("z")
    press(page, running, "z")  # also where no card is left
    expect(page.get_by_role("button", name="Accept (A)")).to_be_visible()


def test_keys_are_letters_where_somebody_types(running: Studio, opened: Window) -> None:
    Shelf(running.engine, "anna").examples(1)
    page = opened.open("/review?who=anna")
    page.get_by_role("button", name="Edit (E)").click()
    field = page.get_by_role("textbox", name="Your version")
    before = steps(running)
    field.fill("")
    field.press_sequentially("are as raze")
    opened.settle()
    assert steps(running) == before
    expect(field).to_have_value("are as raze")
