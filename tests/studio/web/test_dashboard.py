"""The dashboard: figures with units and n, trainings side by side, the queue, what to do next."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.engine import Engine
from studio.supervisor import CHILDREN
from studio.web.components.workload import PROGRAMS
from studio.web.navigation import AUTO_TRAIN, DASHBOARD
from tests.studio.web.conftest import all_text, button, open_studio
from tests.studio.web.shelf import Shelf


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def charts(page: AppTest) -> list[dict[str, Any]]:
    """Every chart on the page as plotly describes it."""
    return [json.loads(each.proto.spec) for each in page.get("plotly_chart")]


def chart(page: AppTest, title: str) -> dict[str, Any]:
    """The only chart whose title begins so."""
    titles = [each["layout"]["title"].get("text", "") for each in charts(page)]
    (place,) = [place for place, text in enumerate(titles) if text.startswith(title)]
    return charts(page)[place]


def test_with_nothing_there_one_sentence_and_one_button(engine: Engine, anna: Shelf) -> None:
    page = open_studio("anna", DASHBOARD)
    assert "There is nothing to measure yet." in all_text(page)
    assert charts(page) == []
    button(page, "Let the teacher write").click()
    page.run()
    assert page.title[0].value == "Auto-Train"


def test_the_four_figures_carry_units_and_n(engine: Engine, anna: Shelf) -> None:
    version = anna.version()
    engine.activate("anna", version.number)
    page = open_studio("anna", DASHBOARD)
    found = metrics(page)
    assert found["Usable examples"] == "12"
    assert found["Median quality, n = 12"] == "8.2 of 10"
    assert found["Gain of v1, n = 40"] == "+0.400 nats/token"
    assert found["Last verdict, v1"] == "better"
    text = all_text(page).replace("\\", "")
    assert "95 % interval +0.300 to +0.500, n = 40" in text
    assert "Verdict on zega-anna v1: Better than the base" in text


def test_without_a_version_the_figures_say_so(engine: Engine, anna: Shelf) -> None:
    anna.batch(kept=4, rejected=3)
    found = metrics(open_studio("anna", DASHBOARD))
    assert found["Style match of your model"] == "the base answers"
    assert found["Last verdict"] == "none yet"


def test_growth_is_told_apart_by_what_one_chooses(engine: Engine, anna: Shelf) -> None:
    anna.examples(9)
    anna.store.examples.add(anna.example(3, generator="gemini-flash"))
    page = open_studio("anna", DASHBOARD)
    drawn = chart(page, "Growth by genre, n = 10 examples")
    assert sum(series["y"][-1] for series in drawn["data"]) == 10
    page.button_group[0].set_value("generator").run()
    drawn = chart(page, "Growth by generator, n = 10 examples")
    assert {series["name"]: series["y"][-1] for series in drawn["data"]} == {
        "SmolLM2-135M-Instruct": 9,
        "gemini-flash": 1,
    }


def test_quality_counts_rejected_texts_and_those_in_use(engine: Engine, anna: Shelf) -> None:
    anna.batch(kept=5, rejected=3)
    drawn = chart(open_studio("anna", DASHBOARD), "Quality, n = 8 texts")
    counts = {bars["name"]: sum(bars["y"]) for bars in drawn["data"]}
    assert counts == {"not used": 3, "used": 5}


def test_a_genre_with_few_texts_is_marked_and_named(engine: Engine, anna: Shelf) -> None:
    for number in range(5):
        for genre in engine.genres():
            if genre != "horror":
                anna.store.examples.add(anna.example(number, genre=genre))
    page = open_studio("anna", DASHBOARD)
    text = all_text(page).replace("\\", "")
    assert "Few beside the others: Horror (0, the others have 5 on average)" in text
    assert "Horror has 0 kept examples" in text
    bars = chart(page, "Genres, n = 35 examples")["data"][0]
    assert [
        label for label, words in zip(bars["y"], bars["text"], strict=True) if "few" in words
    ] == ["Horror"]


def test_trainings_are_laid_over_each_other(engine: Engine, anna: Shelf) -> None:
    first, second = anna.version(), anna.version()
    page = open_studio("anna", DASHBOARD)
    assert [each["name"] for each in chart(page, "Loss, n = 12 steps")["data"]] == [
        "v2 train",
        "v2 validation",
        "v2 best so far",
    ]
    page.multiselect[0].set_value([second.run_id, first.run_id]).run()
    names = [each["name"] for each in chart(page, "Loss, n = 24 steps")["data"]]
    assert names[::3] == ["v2 train", "v1 train"]
    assert "best validation loss so far 3.400 at step 12" in all_text(page)
    assert len(page.get("download_button")) == 1
    page.multiselect[0].set_value([]).run()
    assert "Choose a training to see its losses." in all_text(page)


def test_a_running_training_is_shown_while_it_runs(engine: Engine, anna: Shelf) -> None:
    anna.training(steps=9, total_steps=30)
    page = open_studio("anna", DASHBOARD)
    assert "9 of 30 steps" in all_text(page)
    table = page.dataframe[0].value
    assert list(table["State"]) == ["running"]


def test_versions_can_be_activated_and_rolled_back_here(engine: Engine, anna: Shelf) -> None:
    for _ in range(2):
        anna.version()
    page = open_studio("anna", DASHBOARD)
    assert "Version 2 waits for your decision" in all_text(page)
    text = all_text(page).replace("\\", "")
    assert (
        "Gain over the base: +0.400 nats per token (95 % interval +0.300 to +0.500, n = 40)" in text
    )
    assert "Quality +1.00 of 10 (95 % interval +0.90 to +1.10, n = 3): better." in text
    page.button(key="activate/1").click().run()
    page.button(key="activate/2").click().run()
    button(page, "Roll back to zega-anna v1").click().run()
    active = engine.active_version("anna")
    assert active is not None
    assert active.number == 1


def test_waiting_jobs_change_turns_and_can_be_cancelled(engine: Engine, anna: Shelf) -> None:
    first, second, third = [engine.start_auto_train("anna", 3) for _ in range(3)]
    page = open_studio("anna", DASHBOARD)
    assert "2 ahead of it, those of other names included." in all_text(page)
    page.button(key=f"front/{third.id}").click().run()
    order = [each.job.id for each in engine.overview.queue("anna")]
    assert order == [third.id, first.id, second.id]
    page.button(key=f"down/{third.id}").click().run()
    page.button(key=f"up/{second.id}").click().run()
    order = [each.job.id for each in engine.overview.queue("anna")]
    assert order == [first.id, second.id, third.id]
    page.button(key=f"queue/{first.id}").click().run()
    assert [each.job.id for each in engine.overview.queue("anna")] == [second.id, third.id]


def test_the_chip_of_a_job_tells_what_is_left_at_the_pace_of_its_stage(
    engine: Engine, anna: Shelf
) -> None:
    job = engine.start_auto_train("anna", 10)
    engine.store.jobs.start(job.id)
    engine.store.jobs.progress(job.id, stage="Writing and scoring", total=10)
    page = open_studio("anna", DASHBOARD)
    texts = [each.proto.text for each in page.sidebar.get("progress")]
    assert texts == ["Auto\\-training · Writing and scoring · 0%"]
    engine.store.jobs.progress(job.id, done=4)
    page.run()
    (text,) = [each.proto.text for each in page.sidebar.get("progress")]
    assert "40%" in text
    assert text.endswith(" left")
    assert page.sidebar.button(key=f"chip/{job.id}").label == "Cancel"


def test_anothers_jobs_and_figures_are_not_shown(engine: Engine, anna: Shelf) -> None:
    Shelf(engine, "ben").version()
    engine.start_auto_train("ben", 3)
    anna.examples(1)
    page = open_studio("anna", DASHBOARD)
    assert metrics(page)["Usable examples"] == "1"
    assert "Nothing runs and nothing waits." in all_text(page)
    assert "No training yet." in all_text(page)


def test_the_machine_and_how_jobs_went(engine: Engine, anna: Shelf) -> None:
    anna.batch(kept=3)
    engine.cancel("anna", engine.start_auto_train("anna", 2).id)
    page = open_studio("anna", DASHBOARD)
    assert metrics(page)["CPU load, last minute"].endswith("cores")
    assert metrics(page)["Memory in use"].endswith("GB")
    table = page.dataframe[-1].value
    assert list(table["Kind"]) == ["Auto-training"]
    assert (list(table["Jobs"]), list(table["Succeeded"])) == (["2"], ["100 % of 1"])
    assert list(table["Cancelled"]) == ["1"]


def test_what_to_do_next_leads_to_its_place(engine: Engine, anna: Shelf) -> None:
    anna.batch(kept=4)
    page = open_studio("anna", DASHBOARD)
    assert "6 examples to go until the first training" in all_text(page)
    labels = [link.proto.label for link in page.get("page_link")]
    assert AUTO_TRAIN.title in labels


@pytest.mark.parametrize("name", ["<b>x</b>", "*star*"])
def test_hostile_names_of_models_are_only_text(engine: Engine, anna: Shelf, name: str) -> None:
    anna.store.examples.add(anna.example(1, generator=name))
    page = open_studio("anna", DASHBOARD)
    page.button_group[0].set_value("generator").run()
    assert page.exception == []


def test_every_program_of_the_studio_has_a_name() -> None:
    assert {child.module for child in CHILDREN} <= set(PROGRAMS)
