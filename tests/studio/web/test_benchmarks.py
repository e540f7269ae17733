"""Benchmarks on the page Compare: added from a file, put to a model, looked at, removed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from engine.domain.job import JobKind
from engine.domain.version import Version
from engine.engine import Engine
from studio.web.navigation import COMPARE
from tests.measured import jsonl, quizzed
from tests.studio.web.conftest import all_text, button, open_studio, problems
from tests.studio.web.shelf import Shelf

LABELS = ("no", "yes", "no", "yes")


def benchmarks(who: str = "anna") -> AppTest:
    """The tab, opened."""
    page = open_studio(who, COMPARE)
    page.session_state[f"{who}/compare/tab"] = "My benchmarks"
    return page.run()


def upload(page: AppTest, data: bytes, name: str = "mine.jsonl") -> AppTest:
    page.file_uploader[0].set_value((name, data, "text/plain")).run()
    button(page, "Add it").click().run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    return all_text(page).replace("\\", "")


def answered(engine: Engine, anna: Shelf) -> Version:
    """A benchmark of four labels that a version has right three times, and the base twice."""
    version = anna.version()
    engine.benchmarks.add("anna", "mine", jsonl(LABELS))
    base = engine.evaluations.contenders.find("anna", "base").name
    quizzed(engine.store, "anna", "mine", base, given=["no"] * 4, labels=LABELS)
    quizzed(
        engine.store,
        "anna",
        "mine",
        version.label,
        version.id,
        given=["No.", "yes", "no", "maybe"],
        labels=LABELS,
    )
    return version


def test_without_a_benchmark_it_shows_what_a_file_looks_like(engine: Engine, anna: Shelf) -> None:
    page = benchmarks()
    assert "You have no benchmark yet" in said(page)
    assert '"label": "no"' in page.code[0].value
    assert not [each for each in page.button if each.label in ("Measure it", "Add it")]


def test_a_file_is_added_under_its_name_and_measured_by_a_click(
    engine: Engine, anna: Shelf
) -> None:
    page = upload(benchmarks(), jsonl(LABELS, ["The ship was tied up."]), "My questions (2).jsonl")
    (found,) = engine.benchmarks.all("anna")
    assert (found.name, found.rows, found.labels, found.references) == ("My-questions-2", 5, 4, 1)
    assert page.selectbox(key="anna/benchmarks/name").value == "My-questions-2"
    assert "5 rows, 4 with a label, 1 with a reference" in said(page)
    questions = page.dataframe[0].value
    assert list(questions.columns) == ["Question", "Label", "Reference"]
    assert questions["Question"][0] == "Question 0 of mine?"
    base = engine.evaluations.contenders.find("anna", "base").name
    assert f"{base} has not answered these questions yet" in said(page)
    button(page, "Measure it").click().run()
    assert not page.exception, page.exception
    (job,) = engine.active_jobs("anna")
    assert job.kind is JobKind.EVALUATION
    assert (job.request["model"], job.request["benchmark"]) == ("base", "My-questions-2")
    assert not [each for each in page.button if each.label == "Measure it"]
    assert page.button(key=f"compare/cancel/{job.id}").label == "Cancel"
    engine.store.jobs.start(job.id)
    engine.store.jobs.fail(job.id, "model_unavailable", "The model server does not answer.")
    page = benchmarks()
    assert "The model server does not answer" in problems(page).replace("\\", "")
    assert button(page, "Measure it")


def test_a_broken_line_is_named_and_nothing_is_added(engine: Engine, anna: Shelf) -> None:
    page = upload(benchmarks(), jsonl(LABELS) + b'\n{"label": "no"}\nno json')
    told = problems(page).replace("\\", "")
    assert told.startswith(
        "The file is not a benchmark: line 5: prompt is missing; line 6: the line is no JSON object."
    )
    assert "Nothing was added" in told
    assert engine.benchmarks.all("anna") == []
    field = next(each for each in page.text_input if each.label == "Name")
    field.set_value("a b").run()
    button(page, "Add it").click().run()
    assert "The name must be letters, digits, - or _" in problems(page).replace("\\", "")


def test_what_a_model_answered_is_shown_with_n_interval_and_a_sentence(
    engine: Engine, anna: Shelf
) -> None:
    version = answered(engine, anna)
    page = benchmarks()
    assert page.selectbox(key="anna/benchmarks/model").value == version.label
    first = page.metric[0]
    assert (first.label, first.value) == ("Accuracy", "0.750 of 1")
    assert "Accuracy 0.750 of 1 (95 % interval" in said(page)
    assert "n = 4): the share of answers that are the right label. Higher is better." in said(page)
    table = page.dataframe[0].value
    assert list(table.columns) == ["Question", "Answer", "Right", "Label"]
    assert list(table["Right"]) == ["no", "yes", "yes", "yes"], "wrong ones first"
    assert table["Answer"][0] == "maybe"
    assert [each.label for each in page.button].count("Measure it") == 0


def test_of_each_model_the_newest_answers_count(engine: Engine, anna: Shelf) -> None:
    version = answered(engine, anna)
    right = quizzed(
        engine.store, "anna", "mine", version.label, version.id, given=LABELS, labels=LABELS
    )
    on_it = engine.evaluations.on_benchmark("anna", "mine")
    assert on_it[0] == right
    assert len(on_it) == 2
    assert engine.evaluations.on_benchmark("ben", "mine") == []
    assert benchmarks().metric[0].value == "1.000 of 1"


def test_beside_another_model_each_figure_says_what_the_difference_tells(
    engine: Engine, anna: Shelf
) -> None:
    version = answered(engine, anna)
    page = benchmarks()
    base = engine.evaluations.contenders.find("anna", "base").name
    page.selectbox(key="anna/benchmarks/rival").select(base).run()
    assert not page.exception, page.exception
    assert f"New: {version.label}. Old: {base}." in said(page)
    assert "Accuracy +0.250 of 1 (95 % interval" in said(page)
    assert "n = 4): too close to tell." in said(page)
    page.selectbox(key="anna/benchmarks/model").select(base).run()
    assert not page.exception, page.exception
    assert page.metric[0].value == "0.500 of 1"


def test_a_benchmark_is_removed_with_what_was_measured_on_it(engine: Engine, anna: Shelf) -> None:
    answered(engine, anna)
    engine.benchmarks.add("anna", "other", jsonl(["yes"]))
    page = benchmarks()
    button(page, "Remove …").click().run()
    assert "mine** with 4 rows will be gone" in said(page)
    button(page, "Remove it").click().run()
    assert not page.exception, page.exception
    assert [each.name for each in engine.benchmarks.all("anna")] == ["other"]
    assert engine.evaluations.on_benchmark("anna", "mine") == []
    assert "has not answered these questions yet" in said(page)


def test_measuring_on_a_benchmark_is_no_business_of_the_other_tab(
    engine: Engine, anna: Shelf
) -> None:
    anna.version()
    engine.benchmarks.add("anna", "mine", jsonl(LABELS))
    job = engine.evaluations.measure("anna", "base", benchmark="mine")
    page = open_studio("anna", COMPARE)
    assert button(page, "Measure both")
    engine.store.jobs.start(job.id)
    engine.store.jobs.fail(job.id, "model_unavailable", "The model server does not answer.")
    assert problems(open_studio("anna", COMPARE)) == ""
