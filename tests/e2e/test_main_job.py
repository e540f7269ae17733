"""What a writer does on the first day, in a real browser through the real processes and weights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from engine.domain.example import Author
from engine.domain.job import JobKind, JobState
from engine.evaluation.compare import evaluation_prompts
from studio.web.navigation import SCREENS
from tests.e2e.chromium import Scheme, Window, window
from tests.e2e.studio import WholeStudio, whole_studio
from tests.processes import wait_for

pytestmark = pytest.mark.browser

MIN_EXAMPLES = 8

PROMPT = "A lighthouse keeper finds a letter from a ship that sank a hundred years ago"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStudio]:
    folder = tmp_path_factory.mktemp("studio")
    with whole_studio(folder, ZEGA_MIN_EXAMPLES=str(MIN_EXAMPLES), ZEGA_TRAIN_AT="0") as running:
        yield running


@pytest.fixture
def opened(studio: WholeStudio) -> Iterator[Window]:
    with window(studio.url) as browser:
        yield browser


def enter(opened: Window, name: str) -> None:
    """Open the studio as somebody; a name that is not there yet is made."""
    page = opened.open()
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


def test_write_teach_train_and_write_with_ones_own_model(
    studio: WholeStudio, opened: Window
) -> None:
    engine, page = studio.engine, opened.page
    enter(opened, "anna")
    write(page, PROMPT)
    opened.picture("write")
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
        if engine.readiness("anna").total >= MIN_EXAMPLES:
            break
    expect(page.get_by_role("heading", name="3 · Results")).to_be_visible()
    batch = engine.jobs("anna")[0]
    assert (batch.kind, batch.state) == (JobKind.AUTO_TRAIN, JobState.SUCCEEDED)
    assert batch.result["total_requested"] == 14
    assert engine.readiness("anna").total >= MIN_EXAMPLES, batch.result
    opened.picture("auto-train")

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
    assert len(version.comparisons) == len(evaluation_prompts())
    expect(page.get_by_text("Before and after").first).to_be_visible()
    opened.picture("trained")

    go(page, "My model")
    if engine.active_version("anna") is None:
        page.get_by_role("button", name="Activate").first.click()
        wait_for("an active version", lambda: engine.active_version("anna") is not None)
    expect(page.get_by_text("zega-anna v1").first).to_be_visible()
    opened.picture("my-model")

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


def test_two_names_do_not_see_each_other(studio: WholeStudio, opened: Window) -> None:
    page = opened.page
    enter(opened, "ben")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert page.get_by_text(PROMPT).count() == 0
    go(page, "My model")
    assert page.get_by_text("zega-anna").count() == 0
    expect(page.get_by_text("There is no model of your own yet")).to_be_visible()


def test_a_name_that_cannot_be_used_is_refused_in_words(
    studio: WholeStudio, opened: Window
) -> None:
    page = opened.open()
    page.get_by_role("textbox").first.fill("../../etc")
    page.get_by_role("button", name="Start writing").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "../../etc" not in studio.engine.users()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_is_wider_than_its_window(studio: WholeStudio, width: int, scheme: Scheme) -> None:
    with window(studio.url, width=width, scheme=scheme) as opened:
        page = opened.page
        enter(opened, "anna" if "anna" in studio.engine.users() else "carl")
        for name in (screen.title for screen in SCREENS):
            narrow = page.get_by_test_id("stExpandSidebarButton")
            if narrow.is_visible():
                narrow.click()
                page.wait_for_timeout(500)  # the sidebar slides in
            page.get_by_role("link", name=name).first.click()
            expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
            opened.settle()
            opened.picture(f"{name.lower().replace(' ', '-')}-{width}-{scheme}")
            assert opened.overflow() <= 0, name
