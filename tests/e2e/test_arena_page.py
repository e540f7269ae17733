"""Votes by the keys 1 to 4, in a real browser: each is on disk, and names come only after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from engine.domain.vote import Choice
from tests.e2e.arena_states import new_in_arena
from tests.e2e.chromium import Window
from tests.e2e.studio import Studio, studio
from tests.processes import wait_for
from tests.studio.web.shelf import Shelf

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("arena"), delay=0.0) as started:
        new_in_arena(Shelf(started.engine, "wanda"))
        started.publish()
        yield started


def test_four_pairs_are_voted_on_without_a_mouse(running: Studio, opened: Window) -> None:
    arena = running.engine.arena
    page = opened.open("/arena?who=wanda")
    vote = page.get_by_role("button", name="Both bad (4)")
    next_pair = page.get_by_role("button", name="Next pair (N)")
    main = page.get_by_test_id("stMain")
    for number, choice in enumerate(Choice, start=1):
        vote.wait_for()
        opened.settle()
        if number == 1:  # later the ratings name all models
            assert "zega-wanda" not in main.inner_html()
        page.keyboard.press(str(number))
        next_pair.wait_for()
        assert len(arena.votes("wanda")) == number
        assert arena.votes("wanda")[-1].choice is choice
        expect(main.get_by_text("zega-wanda v1").first).to_be_visible()
        opened.settle()
        page.keyboard.press("n")
    vote.wait_for()
    opened.settle()
    page.keyboard.press("z")
    wait_for("the last vote is taken back", lambda: len(arena.votes("wanda")) == 3)
