"""Teachers in a real browser: set up, tested, chosen, away, and kept from being asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import Window
from tests.e2e.studio import BASE, Studio, studio
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider

pytestmark = pytest.mark.browser

TEXT = "The fox waited in the snow until the last light in the house had gone out."


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("settings"), delay=0.0) as started:
        started.engine.ensure_user("anna")
        started.engine.ensure_user("ben")
        yield started


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_openai(texts=(TEXT,)) as server:
        yield server


def write(page: Page, prompt: str) -> None:
    """Ask for a text on the Write page and wait until it has come."""
    page.get_by_role("link", name="Write").first.click()
    page.get_by_role("textbox", name="What is the story about?").fill(prompt)
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="Regenerate").wait_for()


def choose(page: Page, teacher: str) -> None:
    """Be taught by this one alone, no longer by the base."""
    page.get_by_role("combobox", name="Who teaches you?").click()
    page.get_by_role("option", name=teacher).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"Remove {teacher}").wait_for()
    page.get_by_role("button", name=f"Remove {BASE}").click()
    expect(page.get_by_role("button", name=f"Remove {BASE}")).to_have_count(0)


def test_a_provider_is_set_up_tested_and_chosen_and_another_writes_when_it_is_away(
    running: Studio, opened: Window, fake: FakeProvider
) -> None:
    page = opened.open("/settings?who=anna")
    page.get_by_role("button", name="Add a provider").click()
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="What is it?").click()
    page.get_by_role("option", name="OpenAI-compatible").click()
    opened.settle()
    for label, value in (("Name", "Writers"), ("Address", f"{fake.url}/v1"), ("Key", KEY)):
        form.get_by_role("textbox", name=label, exact=True).fill(value)
    form.get_by_role("textbox", name="Model", exact=True).fill("writer-large")
    form.get_by_role("textbox", name="Model", exact=True).press("Tab")
    opened.settle()
    form.get_by_role("button", name="Save").click()
    page.get_by_text("key saved").wait_for()
    assert KEY not in page.content()

    page.get_by_role("button", name="Test").click()
    page.get_by_text("It works").wait_for()
    choose(page, "Writers")
    expect(page.get_by_text("Writers · writer-large").first).to_be_visible()

    write(page, "A fox in the snow")
    page.get_by_text(f"writer-large · {len(TEXT.split())} words").wait_for()
    page.get_by_text("The fox waited in the snow").wait_for()

    fake.close()
    write(page, "A fox without a teacher")
    page.get_by_text("Writers could not be reached").wait_for()
    story = running.engine.store.stories.list("anna")[0]
    assert story.drafts[-1].model == BASE
    page.get_by_text(f"{story.drafts[-1].model} · ").wait_for()


def test_the_sidebar_says_where_texts_go_and_the_switch_keeps_them_here(
    running: Studio, opened: Window
) -> None:
    away = running.engine.teachers.add("Far away", "gemini", model="gemini-x", key=KEY)
    page = opened.open("/settings?who=ben")
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("local only").first.wait_for()
    choose(page, "Far away")
    sidebar.get_by_text("sends text to Far away").first.wait_for()
    assert away.id in running.engine.teachers.chosen("ben")

    page.get_by_text("Local only", exact=True).click()
    sidebar.get_by_text("local only").first.wait_for()
    assert running.engine.teachers.local_only
    card = page.get_by_test_id("stVerticalBlock").filter(has_text="gemini-x")
    card.get_by_role("button", name="Test").last.click()
    page.get_by_text("nothing was sent").wait_for()
    page.get_by_text("Local only", exact=True).click()
    sidebar.get_by_text("sends text to Far away").first.wait_for()
    running.engine.teachers.remove(away.id)
