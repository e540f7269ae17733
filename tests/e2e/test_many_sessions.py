"""Many browser sessions at once, on two names: each sees its own rows and none of the other's."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from studio.web.navigation import SCREENS
from tests.e2e.chromium import crowd
from tests.e2e.studio import Studio, studio
from tests.studio.web.shelf import Shelf

MARKS = {"anna": "heronfeather", "ben": "badgerburrow"}
# Texts that are written together; the model server has as many places.
AT_ONCE = 8
SCREEN_TITLES = [screen.title for screen in SCREENS]


def fill(running: Studio, name: str, mark: str) -> None:
    """Stories, kept and rejected texts, a training and a version that all carry the name's mark."""
    shelf = Shelf(running.engine, name)
    shelf.batch(kept=12, rejected=3)
    for example in running.engine.store.examples.list(name):
        assert mark not in example.completion
    shelf.version()
    running.engine.start_story(name, f"Where the {mark} was found")
    running.engine.store.examples.add(shelf.example(900, completion=f"It was the {mark}. " * 9))


def write_at_once(pages: list[Page], names: list[str]) -> None:
    """Every session asks for a story of its own, so many at a time; all of them stay open."""
    sessions = list(enumerate(zip(pages, names, strict=True)))
    for start in range(0, len(sessions), AT_ONCE):
        group = sessions[start : start + AT_ONCE]
        for number, (page, name) in group:
            field = page.get_by_role("textbox", name="What is the story about?")
            field.fill(f"Session {number} of the {MARKS[name]}")
            page.get_by_role("button", name="Write", exact=True).click()
        for _, (page, _) in group:
            page.get_by_role("button", name="Regenerate").wait_for()


def visit_and_look(pages: list[Page], names: list[str]) -> int:
    """Each session opens two screens; the number of screens that were looked at."""
    looked = 0
    for number, (page, name) in enumerate(zip(pages, names, strict=True)):
        foreign = [mark for other, mark in MARKS.items() if other != name]
        assert MARKS[name] in page.content()
        for turn in range(2):
            title = SCREEN_TITLES[(number // 2 + turn * 3) % len(SCREEN_TITLES)]
            page.get_by_role("link", name=title).first.click()
            page.get_by_role("heading", name=title, exact=True).wait_for()
            page.wait_for_timeout(300)
            shown = page.content()
            assert not any(mark in shown for mark in foreign), (name, title)
            looked += 1
    return looked


@pytest.mark.parametrize(
    "sessions",
    [
        pytest.param(8, marks=pytest.mark.browser),
        pytest.param(50, marks=pytest.mark.prove),
    ],
)
def test_no_session_sees_a_row_of_another_name(tmp_path: Path, sessions: int) -> None:
    names = [list(MARKS)[number % 2] for number in range(sessions)]
    with studio(tmp_path) as running:
        for name, mark in MARKS.items():
            fill(running, name, mark)
        with crowd(running.url, [f"/?who={name}" for name in names]) as pages:
            write_at_once(pages, names)
            assert visit_and_look(pages, names) == 2 * sessions
        for name, mark in MARKS.items():
            stories = running.engine.store.stories.list(name)
            asked = [f"Session {n} of the {mark}" for n, who in enumerate(names) if who == name]
            asked.append(f"Where the {mark} was found")
            assert sorted(story.prompt for story in stories) == sorted(asked)
            assert sum(len(story.drafts) for story in stories) == names.count(name)
