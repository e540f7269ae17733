"""The page Compare, and the evaluation report on a version's card."""

from __future__ import annotations

from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.domain.evaluation import Figure
from engine.domain.example import Example
from engine.domain.job import JobKind
from engine.engine import Engine
from engine.store.examples import Examples
from studio.web.compare_charts import difference_chart
from studio.web.navigation import AUTO_TRAIN, COMPARE, DASHBOARD, MY_MODEL
from studio.web.wording import plain
from tests.measured import keep, measured, poisoned
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf


def said(page: AppTest) -> str:
    """Everything on the page, with its alerts, without the signs that keep Markdown away."""
    alerts = [str(each.value) for group in (page.warning, page.info) for each in group]
    return "\n".join([all_text(page), *alerts]).replace("\\", "")


def turn_samples(page: AppTest) -> None:
    """Samples show the largest change first, five at a time, of one genre, and which words changed."""
    text = said(page)
    assert "64 answers each, the largest change first" in text
    assert "**5.**" in text
    assert "**6.**" not in text
    page.number_input(key="anna/compare/page").set_value(13).run()
    assert "**64.**" in said(page)
    page.selectbox(key="anna/compare/genre").select("romance").run()
    text = said(page)
    assert "8 answers each" in text
    assert "**1.** Write a romance story" in text
    next(each for each in page.toggle if each.label == "Show which words changed").set_value(
        True
    ).run()
    assert not page.exception
    assert "zega-anna v1 crossed out, zega-anna v2 underlined" in said(page)


def test_without_a_version_one_sentence_and_one_button_lead_to_teaching(
    engine: Engine, anna: Shelf
) -> None:
    page = open_studio("anna", COMPARE)
    assert "There is nothing to compare yet" in all_text(page)
    button(page, "Teach it").click()
    page.run()
    assert page.title[0].value == "Auto-Train"


def test_the_newest_version_stands_beside_its_rival_with_ruling_figures_and_suspect(
    engine: Engine, anna: Shelf
) -> None:
    first, second = poisoned(anna)
    page = open_studio("anna", COMPARE)
    assert page.selectbox(key="anna/compare/new").value == second.id
    assert page.selectbox(key="anna/compare/old").value == first.id
    text = said(page)
    assert second.ruling is not None
    assert second.ruling.sentence in text
    for title in ("Held-out loss", "Perplexity", "Quality", "Repetition", "Length", "Distinctness"):
        assert f"{title} " in text, title
    assert "n = 64)" in text
    assert "40 horror examples came, imported from notes.txt, and horror quality fell: -" in text
    assert "zega-anna v2 added 40 horror examples (imported from notes.txt) and 20 mystery" in text
    genres = next(each.value for each in page.dataframe if "Genre" in each.value)
    assert set(genres["Genre"]) >= {"Horror", "Romance", "Sci-fi"}
    assert genres.set_index("Genre")["Quality (of 10)"]["Horror"].endswith("), n = 8")
    turn_samples(page)


def test_what_two_models_learned_is_read_once_for_each_threshold(
    engine: Engine, anna: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned(anna)
    read: list[str] = []
    of_ids = Examples.of_ids

    def counted(examples: Examples, user_id: str, ids: list[str]) -> list[Example]:
        read.extend(ids)
        return of_ids(examples, user_id, ids)

    monkeypatch.setattr(Examples, "of_ids", counted)
    page = open_studio("anna", COMPARE)
    once = len(read)
    assert once >= 60
    page.run()
    assert len(read) == once
    engine.calibration.accept("anna", 8.0)
    page.run()
    assert len(read) == 2 * once
    assert "texts are kept from 8.0" in said(page)


def test_the_rows_of_a_suspect_are_shown_in_data_and_what_erasing_reaches_is_told(
    engine: Engine, anna: Shelf
) -> None:
    poisoned(anna)
    page = open_studio("anna", COMPARE)
    button(page, "Erase these 40 …").click().run()
    assert not page.exception
    assert "This reaches 40 examples" in said(page)
    button(page, "Keep everything").click().run()
    button(page, "Show these texts").click()
    page.run()
    assert page.title[0].value == "Data"
    assert page.selectbox(key="anna/examples/Genre").value == "horror"
    table = page.dataframe[0].value
    assert set(table["From"]) == {"Imported"}
    assert "40 examples, newest first" in said(page)


def test_models_that_were_not_measured_on_one_set_are_measured_by_a_click(
    engine: Engine, anna: Shelf
) -> None:
    anna.version()
    page = open_studio("anna", COMPARE)
    assert "have not been measured on the same set" in said(page)
    assert not page.dataframe
    button(page, "Measure both").click().run()
    assert not page.exception
    (job,) = engine.active_jobs("anna")
    assert job.kind is JobKind.EVALUATION
    assert (job.request["model"], job.request["rival"]) == ("1", "base")
    assert not [each for each in page.button if each.label == "Measure both"]
    engine.store.jobs.start(job.id)
    engine.store.jobs.fail(job.id, "model_unavailable", "The model server does not answer.")
    page = open_studio("anna", COMPARE)
    assert "The model server does not answer" in problems(page).replace("\\", "")
    assert button(page, "Measure both")


def test_a_model_of_another_base_is_not_offered_to_be_measured(
    engine: Engine, anna: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The base that the version was trained on is not the one that would answer as the base now."""
    anna.version()
    monkeypatch.setenv("ZEGA_BASE_MODEL", "Qwen2.5-0.5B-Instruct")
    st.cache_resource.clear()
    page = open_studio("anna", COMPARE)
    assert "only the base model in use and versions trained on it" in said(page)
    assert not [each for each in page.button if each.label == "Measure both"]


def test_a_teacher_stands_beside_by_its_name_and_without_a_ruling(
    engine: Engine, anna: Shelf
) -> None:
    poisoned(anna)
    keep(anna.store, replace(measured("Far *away* [1](2)", seed=9), rows=()))
    page = open_studio("anna", COMPARE)
    page.selectbox(key="anna/compare/old").set_value("Far *away* [1](2)").run()
    assert not page.exception
    assert "A teacher does not tell how surprised it was by your held-out texts" in said(page)
    labels = {each.label for each in page.metric}
    assert plain("Far *away* [1](2)") in labels
    assert "Far *away* [1](2)" not in labels


def test_the_card_says_what_was_ruled_and_leads_to_the_comparison(
    engine: Engine, anna: Shelf
) -> None:
    first, second = poisoned(anna)
    page = open_studio("anna", MY_MODEL)
    text = said(page)
    assert second.ruling is not None
    assert second.ruling.sentence in text
    assert "promoted" in text
    assert f"{second.ruling.quality.value:+.2f} of 10" in text
    page.button(key="compare/1").click()
    page.run()
    assert page.title[0].value == "Compare"
    assert page.selectbox(key="anna/compare/new").value == first.id
    assert page.selectbox(key="anna/compare/old").value == "the base tiny"
    assert "against the base tiny" in said(page)
    assert "zega-anna v1 added 15 fantasy examples" in said(page)


def test_the_dashboard_says_in_a_word_what_the_gate_ruled_of_the_newest_version(
    engine: Engine, anna: Shelf
) -> None:
    _, second = poisoned(anna)
    page = open_studio("anna", DASHBOARD)
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures[f"Last verdict, v{second.number}"] == "old one kept"


def test_a_version_that_was_taken_back_by_itself_says_why(engine: Engine, anna: Shelf) -> None:
    first, _ = poisoned(anna)
    reason = "5 of its newest 7 answers went wrong: 5 without words."
    verdict = f"Taken back by itself: {reason}"
    assert engine.store.watched.take_back(first.id, reason=reason, verdict=verdict)
    page = open_studio("anna", MY_MODEL)
    assert "taken back by itself" in all_text(page)
    assert verdict in said(page)


def test_before_and_after_of_64_pairs_is_turned_five_at_a_time(engine: Engine, anna: Shelf) -> None:
    _, second = poisoned(anna)
    page = open_studio("anna", AUTO_TRAIN)
    labels = [each.label for each in page.expander if each.label[:1].isdigit()]
    assert len(labels) == 5
    page.number_input(key=f"anna/before-after/{second.id}").set_value(13).run()
    labels = [each.label for each in page.expander if each.label[:1].isdigit()]
    assert [label.split("\\")[0] for label in labels] == ["61", "62", "63", "64"]
    assert "The later answer scores higher" in all_text(page)


def test_dots_lie_in_their_intervals_and_say_by_more_than_colour_what_they_found() -> None:
    rows = [
        ("Horror", Figure(-1.0, -1.5, -0.5, 8), "worse"),
        ("Romance", Figure(0.1, -0.5, 0.6, 8), "too close to tell"),
    ]
    figure = difference_chart(rows, title="Quality by genre, n = 16", unit="Points of 10")
    shown = [series for series in figure.data if series.visible]
    assert {series.name for series in shown} == {"worse", "too close to tell"}
    assert len({series.marker.symbol for series in shown}) == 2
    worse = shown[0]
    assert worse.x[0] - worse.error_x.arrayminus[0] == -1.5
    assert worse.x[0] + worse.error_x.array[0] == -0.5
    assert "n = 16" in figure.layout.title.text
    assert "Points" in figure.layout.xaxis.title.text
