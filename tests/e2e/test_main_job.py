"""What a writer does on the first day, in a real browser through the real processes and weights."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine.bootstrap import open_engine
from engine.domain.example import Author
from engine.domain.job import JobKind, JobState
from engine.settings import Settings
from tests.e2e.conftest import Studio
from tests.processes import wait_for

pytestmark = pytest.mark.browser

PROMPT = "A lighthouse keeper finds a letter from a ship that sank a hundred years ago"


def enter(page: Page, studio: Studio, name: str) -> None:
    """Open the studio as somebody; a name that is not there yet is made."""
    page.goto(studio.url)
    expect(page.get_by_role("heading", name="Welcome to ZEGA Studio")).to_be_visible()
    known = page.get_by_role("button", name=name)
    if known.count():
        known.first.click()
    else:
        page.get_by_role("textbox").first.fill(name)
        page.get_by_role("button", name="Start writing").click()
    expect(page.get_by_role("heading", name="Write", exact=True)).to_be_visible()


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def write(page: Page, prompt: str) -> None:
    page.get_by_label("What is the story about?").fill(prompt)
    page.get_by_label("What is the story about?").blur()
    page.get_by_role("button", name="Write", exact=False).last.click()
    expect(page.get_by_role("button", name="Regenerate")).to_be_visible()


def test_write_teach_train_and_write_with_ones_own_model(studio: Studio, page: Page) -> None:
    engine = open_engine(Settings(home=studio.home, database_url="", min_examples=8, train_at=0))
    enter(page, studio, "anna")
    write(page, PROMPT)
    studio.picture(page, "write")
    stories = engine.store.stories.list("anna")
    assert [story.prompt for story in stories] == [PROMPT]
    assert stories[0].drafts[0].example_id is not None

    page.get_by_role("button", name="Regenerate").click()
    wait_for("a second draft", lambda: len(engine.store.stories.list("anna")[0].drafts) == 2)

    go(page, "Auto-Train")
    slider = page.get_by_role("slider").first
    slider.press("Home")
    for _ in range(13):
        slider.press("ArrowRight")
    for batches in (1, 2, 3):  # a small model's luck: a poor batch is followed by another
        page.get_by_role("button", name="Write 14 texts").click()
        wait_for(
            "the texts are written",
            lambda n=batches: sum(job.state.is_final for job in engine.jobs("anna")) == n,
            seconds=600,
        )
        if engine.readiness("anna").can_train:
            break
    expect(page.get_by_role("heading", name="3 · Results")).to_be_visible()
    batch = engine.jobs("anna")[0]
    assert (batch.kind, batch.state) == (JobKind.AUTO_TRAIN, JobState.SUCCEEDED)
    assert batch.result["total_requested"] == 14
    assert engine.readiness("anna").can_train, batch.result
    studio.picture(page, "auto-train")

    page.get_by_role("button", name="Train my model").click()
    wait_for(
        "the training ended",
        lambda: (
            engine.jobs("anna")[0].kind is JobKind.TRAINING
            and engine.jobs("anna")[0].state.is_final
        ),
        seconds=600,
    )
    assert engine.jobs("anna")[0].state is JobState.SUCCEEDED, engine.jobs("anna")[0].error
    version = engine.versions("anna")[0]
    assert len(version.comparisons) == 16
    expect(page.get_by_text("Before and after").first).to_be_visible()
    studio.picture(page, "trained")

    go(page, "My model")
    if engine.active_version("anna") is None:
        page.get_by_role("button", name="Activate").first.click()
        wait_for("an active version", lambda: engine.active_version("anna") is not None)
    expect(page.get_by_text("zega-anna v1").first).to_be_visible()
    studio.picture(page, "my-model")

    go(page, "Write")
    page.get_by_text("My zega", exact=True).first.click()
    page.get_by_role("button", name="Write", exact=False).last.click()
    wait_for(
        "the student's draft",
        lambda: any(
            draft.model == "zega-anna v1"
            for story in engine.store.stories.list("anna")
            for draft in story.drafts
        ),
    )
    student = [e for e in engine.store.examples.list("anna") if e.author is Author.STUDENT]
    assert len(student) == 1
    assert not student[0].is_trainable(7.0)


def test_two_names_do_not_see_each_other(studio: Studio, page: Page) -> None:
    enter(page, studio, "ben")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert page.get_by_text(PROMPT).count() == 0
    go(page, "My model")
    assert page.get_by_text("zega-anna").count() == 0
    expect(page.get_by_text("There is no model of your own yet")).to_be_visible()


def test_a_name_that_cannot_be_used_is_refused_in_words(studio: Studio, page: Page) -> None:
    page.goto(studio.url)
    page.get_by_role("textbox").first.fill("../../etc")
    page.get_by_role("button", name="Start writing").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "../../etc" not in open_engine(Settings(home=studio.home)).users()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_is_wider_than_its_window(
    studio: Studio, page: Page, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    enter(page, studio, "anna" if "anna" in page_users(studio) else "carl")
    for name in ("Write", "Auto-Train", "My model", "Settings"):
        narrow = page.get_by_test_id("stExpandSidebarButton")
        if narrow.is_visible():
            narrow.click()
            page.wait_for_timeout(500)  # the sidebar slides in
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        page.wait_for_timeout(1500)
        studio.picture(page, f"{name.lower().replace(' ', '-')}-{width}-{scheme}")
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, name


def page_users(studio: Studio) -> list[str]:
    return open_engine(Settings(home=studio.home)).users()
