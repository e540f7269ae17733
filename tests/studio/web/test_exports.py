"""The tabs Export, Templates and Keywords of the Data page."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from engine.data.templates import fill, read_order
from engine.domain.export import Selection
from engine.domain.job import JobKind, JobState
from engine.engine import Engine
from engine.jobs.work import Runner
from studio.web.components.exports import content
from studio.web.navigation import DATA
from tests.fake_llamacpp import FakeLlamaCpp
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf


def opened(tab: str) -> AppTest:
    """The Data page with this tab open."""
    page = open_studio("anna", DATA)
    page.session_state["anna/data/tab"] = tab
    return page.run()


def shown(page: AppTest) -> dict[str, str]:
    return {each.label: str(each.value) for each in page.metric}


# Export


def labels(page: AppTest) -> list[str]:
    return [each.proto.label for each in page.get("download_button")]


def test_the_button_says_how_many_and_makes_the_file(engine: Engine, anna: Shelf) -> None:
    anna.examples(3)
    anna.store.examples.add(anna.example(9, 2.0))
    page = opened("Export")
    assert labels(page) == ["Download 3 examples"]
    page.selectbox(key="anna/export/which").set_value("all").run()
    assert labels(page) == ["Download 4 examples"]
    lines = content(engine, "anna", "jsonl", Selection())().decode().splitlines()
    assert len([json.loads(line) for line in lines]) == 3
    page = opened("Export")
    assert "What left before" in all_text(page)
    assert page.dataframe[0].value.to_dict("records")[0]["Examples"] == 3


def test_without_examples_it_says_what_to_do(engine: Engine, anna: Shelf) -> None:
    page = opened("Export")
    assert "There are no such examples." in all_text(page)
    assert page.get("download_button")[0].proto.disabled


# Templates


def test_an_order_is_shown_before_it_starts_and_its_answers_after(
    engine: Engine, anna: Shelf, teacher: FakeLlamaCpp
) -> None:
    page = opened("Templates")
    page.text_area(key="anna/templates/prompts").set_value("Of {who} in {place}.").run()
    page.text_area(key="anna/templates/values/who").set_value("a cook\na judge").run()
    page.number_input(key="anna/templates/count").set_value(4).run()
    assert shown(page) == {"Combinations": "16", "Texts": "4"}
    button(page, "Write 4 texts").click().run()
    (job,) = engine.jobs("anna")
    assert (job.kind, job.request["num_examples"]) == (JobKind.SYNTHESIS, 4)
    order = {key: value for key, value in job.request.items() if key != "num_examples"}
    prompts = [each.prompt for each in fill(read_order(order), 4, seed=job.request["seed"])]
    page = opened("Templates")
    assert "Writing and scoring" in all_text(page)
    Runner(engine).run(job.id)
    page = opened("Templates")
    assert engine.job("anna", job.id).state is JobState.SUCCEEDED
    assert shown(page)["Answered"] == "100% of 4"
    assert {each["messages"][-1]["content"] for each in teacher.requests} == set(prompts)


def test_what_is_off_is_named_and_cannot_be_started(engine: Engine, anna: Shelf) -> None:
    page = opened("Templates")
    page.text_area(key="anna/templates/prompts").set_value("Of {dragon}.").run()
    assert "{dragon}" in problems(page).replace("\\", "")
    assert not [each for each in page.button if each.label.startswith("Write ")]
    page.text_area(key="anna/templates/prompts").set_value(" ").run()
    assert "to see what it would ask" in all_text(page)


# Keywords


@pytest.fixture
def keywords(engine: Engine, anna: Shelf) -> AppTest:
    page = opened("Keywords")
    assert "With a list you see" in all_text(page)
    page.text_input[0].set_value("Harbour terms")
    page.text_area[0].set_value("oil can\nOIL_CAN\nlamp")
    button(page, "Add").click().run()
    assert engine.keywords.get("anna", "Harbour terms").keywords == ("oil can", "lamp")
    return page


def test_a_text_is_reported_and_its_keywords_marked(keywords: AppTest) -> None:
    keywords.text_area(key="anna/keywords/source").set_value("An oilCan, a lamp.").run()
    keywords.text_area(key="anna/keywords/text").set_value("A <b>lamp</b>.").run()
    found = shown(keywords)
    assert (found["Kept"], found["Occurrences"]) == ("50.0%", "1 of 2")
    html = "".join(str(each.proto.body) for each in keywords.get("html"))
    assert "&lt;b&gt;<mark" in html
    assert ">lamp</mark>" in html


def test_examples_are_counted_and_lists_forgotten(keywords: AppTest, engine: Engine) -> None:
    shelf = Shelf(engine, "anna")
    new = shelf.example(0, prompt="Of a lamp.", completion="The lamp burned.")
    shelf.store.examples.add(new)
    keywords.radio(key="anna/keywords/of").set_value("All my kept examples").run()
    button(keywords, "Count").click().run()
    assert shown(keywords)["Occurrences"] == "1 of 1"
    button(keywords, "Forget this list").click().run()
    button(keywords, "Forget it").click().run()
    assert engine.keywords.all("anna") == []


def test_what_is_no_list_is_named(engine: Engine, anna: Shelf) -> None:
    page = opened("Keywords")
    button(page, "Add").click().run()
    assert "name" in problems(page).lower()
    assert engine.keywords.all("anna") == []
