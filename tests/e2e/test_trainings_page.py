"""One training in a real browser: it moves without a reload, and says when something is wrong."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from tests.e2e.chromium import Window
from tests.e2e.studio import Studio, studio
from tests.fake_llamacpp import good_texts
from tests.studio.web.shelf import Shelf

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("trainings"), delay=0.0) as started:
        yield started


def test_a_running_training_moves_without_a_reload(running: Studio, opened: Window) -> None:
    shelf = Shelf(running.engine, "anna")
    job = shelf.training(steps=9, total_steps=30)
    page = opened.open("/trainings?who=anna")
    figures = page.get_by_test_id("stMetric")
    figures.filter(has_text="Step").get_by_text("9 of 30", exact=True).wait_for()
    page.get_by_text("Loss, n = 9 steps").wait_for()
    page.evaluate("window.notReloaded = true")

    for number in range(10, 13):
        shelf.store.runs.add_step(shelf.step(job.id, number, 3.2, None))
    shelf.samples(job.id, 12, good_texts()[0]["text"])
    figures.filter(has_text="Step").get_by_text("12 of 30", exact=True).wait_for()
    page.get_by_text("Loss, n = 12 steps").wait_for()
    page.get_by_text("The troll had a rule").wait_for()

    shelf.store.runs.add_step(shelf.step(job.id, 13, None, None))
    page.get_by_text("At step 13 the loss was no number any more").wait_for()
    shelf.store.jobs.fail(job.id, "training_failed", "Training failed: the loss is no number.")
    page.get_by_text("Training failed: the loss is no number.").wait_for()
    assert page.evaluate("window.notReloaded") is True


def test_one_training_is_chosen_linked_and_taken_along(running: Studio, opened: Window) -> None:
    shelf = Shelf(running.engine, "ben")
    first, _ = shelf.version(), shelf.version()
    page = opened.open(f"/trainings?who=ben&run={first.run_id}")
    page.get_by_text("became v1").wait_for()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download as CSV", exact=True).click()
    with open(started.value.path(), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    assert rows[0]["gradient_norm"] == "1.25"
    choice = page.get_by_role("combobox", name="Training").first
    choice.scroll_into_view_if_needed()
    opened.settle()  # a list that opens while the page still scrolls is closed again
    choice.click()
    page.get_by_role("option").filter(has_text="v2").click()
    page.get_by_text("became v2").wait_for()
    assert f"run={first.run_id}" not in page.url
