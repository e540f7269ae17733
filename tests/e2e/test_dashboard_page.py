"""The dashboard in a real browser: figures, turns in the queue, the losses as a file, versions."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from engine.store.workload import Waiting
from tests.e2e.chromium import Window
from tests.e2e.studio import Studio, studio
from tests.processes import wait_for
from tests.studio.web.shelf import Shelf

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("dashboard"), delay=0.0) as started:
        yield started


def test_figures_versions_and_the_losses_as_a_file(running: Studio, opened: Window) -> None:
    shelf = Shelf(running.engine, "anna")
    shelf.batch(kept=6, rejected=2)
    for gain in (0.3, 0.4):
        running.engine.activate("anna", shelf.version(gain=gain).number)
    page = opened.open("/dashboard?who=anna")
    figures = page.get_by_test_id("stMetric")
    figures.filter(has_text="Usable examples").get_by_text("30", exact=True).wait_for()
    figures.filter(has_text="Gain of v2, n = 40").get_by_text("+0.400 nats/token").wait_for()
    figures.filter(has_text="Last verdict, v2").get_by_text("better", exact=True).wait_for()
    page.get_by_text("Loss, n = 12 steps").wait_for()

    with page.expect_download() as started:
        page.get_by_role("button", name="Download as CSV", exact=True).click()
    with open(started.value.path(), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15  # 12 losses and 3 of the validation

    page.get_by_role("button", name="Activate").click()
    page.get_by_text("zega-anna v1 answers in a few seconds").wait_for()
    active = running.engine.active_version("anna")
    assert active is not None
    assert active.number == 1
    page.get_by_test_id("stSidebar").get_by_text("zega-anna v1").wait_for()


def test_a_waiting_job_is_moved_to_the_front_and_cancelled(running: Studio, opened: Window) -> None:
    Shelf(running.engine, "ben").batch(kept=3)
    jobs = [running.engine.start_auto_train("ben", count) for count in (11, 12, 13)]

    def order() -> list[str]:
        waiting: list[Waiting] = running.engine.overview.queue("ben")
        return [each.job.id for each in waiting]

    assert order() == [job.id for job in jobs]
    page = opened.open("/dashboard?who=ben")
    page.get_by_role("button", name="First").click()
    wait_for("the last job is first", lambda: order() == [jobs[2].id, jobs[0].id, jobs[1].id])
    page.get_by_test_id("stMain").get_by_role("button", name="Cancel").first.click()
    wait_for("one of them is gone", lambda: len(order()) == 2)
    page.get_by_test_id("stMain").get_by_text("It is next.").wait_for()
