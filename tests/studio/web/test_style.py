"""Sounds like you: on the card of a version and on the dashboard, with and without own writing."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.evaluation import Figure
from engine.domain.style import Certainty, Copied, Habit, StyleReport
from engine.engine import Engine
from engine.style.kept import keep
from studio.web.navigation import DASHBOARD, MY_MODEL
from tests.studio.web.conftest import all_text, open_studio
from tests.studio.web.shelf import Shelf

REPORT = StyleReport(
    words=12_400,
    certainty=Certainty.MEASURED,
    sentence="It has come 43 of 100 on the way from the base (0) to your own writing (100).",
    before=Figure(0.0, -9.0, 9.0, 5),
    match=Figure(43.2, 30.1, 56.4, 5),
    habits=(
        Habit(
            "semicolons in a hundred words",
            Figure(2.14, 1.9, 2.4, 33),
            Figure(0.02, 0.0, 0.1, 5),
            Figure(0.9, 0.5, 1.3, 5),
            1.7,
        ),
    ),
    copied=Copied(longest=7, share=0.004, words=1640),
)


def test_a_card_says_how_near_it_comes_and_what_still_differs(engine: Engine, anna: Shelf) -> None:
    keep(engine.store, anna.version(), REPORT)
    page = open_studio("anna", MY_MODEL)
    text = all_text(page).replace("\\", "")
    assert REPORT.sentence in text
    values = {metric.label: metric.value for metric in page.metric}
    assert values["Style match of v1, n = 5 samples"] == "43 of 100"
    assert (
        "Semicolons in a hundred words: you 2.1 (1.9 to 2.4, n = 33), it 0.9 (0.5 to 1.3, n = 5), "
        "the base 0.0 (0.0 to 0.1, n = 5)."
    ) in text
    assert "has 7 words; 0.4% of their runs of eight words stand there" in text
    assert not page.warning


def test_a_long_copied_span_is_a_warning(engine: Engine, anna: Shelf) -> None:
    keep(engine.store, anna.version(), replace(REPORT, copied=Copied(15, 0.08, 1640)))
    (warning,) = open_studio("anna", MY_MODEL).warning
    assert "has 15 words" in warning.value
    assert "copied, not written" in warning.value


def test_a_locked_report_says_what_is_missing_and_shows_no_figure(
    engine: Engine, anna: Shelf
) -> None:
    locked = StyleReport(900, Certainty.LOCKED, "Bring in 1,100 more words of your own.")
    keep(engine.store, anna.version(), locked)
    page = open_studio("anna", MY_MODEL)
    assert locked.sentence in all_text(page).replace("\\", "")
    assert not [each for each in page.metric if each.label.startswith("Style")]


def test_the_dashboard_shows_the_match_of_the_version_that_answers(
    engine: Engine, anna: Shelf
) -> None:
    first, second = anna.version(), anna.version()
    keep(engine.store, first, replace(REPORT, certainty=Certainty.ROUGH))
    engine.activate("anna", first.number)
    page = open_studio("anna", DASHBOARD)
    values = {metric.label: metric.value for metric in page.metric}
    assert values["Style match of v1, n = 5 samples"] == "43 of 100, rough"
    assert REPORT.sentence in all_text(page).replace("\\", "")
    engine.activate("anna", second.number)
    values = {metric.label: metric.value for metric in open_studio("anna", DASHBOARD).metric}
    assert values["Gain of v2, n = 40"] == "+0.400 nats/token"
