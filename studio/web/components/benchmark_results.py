"""What models answered to a benchmark: one alone, or beside another, and the button that has it asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from engine.domain.benchmark import Benchmark
from engine.domain.evaluation import Answer, Evaluation
from engine.domain.version import Student
from engine.engine import Engine
from engine.evaluation.findings import Findings
from engine.evaluation.labels import is_right
from engine.evaluation.measures import MEANINGS, sentence, shown
from studio.web import session
from studio.web.components.compare import (
    TTL_SECONDS,
    compared,
    downloads,
    evaluating,
    last_problem,
    measuring,
)
from studio.web.components.compare_figures import show_figures
from studio.web.components.errors import told
from studio.web.wording import moment, plain

NOBODY = ""
TABLE_PIXELS = 400
RIGHT = {True: "yes", False: "no", None: None}


def results(studio: Engine, benchmark: Benchmark) -> None:
    """Who answers, beside whom, and what came of it."""
    on_it = studio.evaluations.on_benchmark(session.me(), benchmark.name)
    found = {each.model: each for each in on_it}
    asked = askable(studio)
    with st.container(horizontal=True):
        model = choose_model(asked, found)
        rival = choose_rival(model, found)
    running = evaluating(studio, benchmark.name)
    if running is not None:
        measuring(studio, running.id)
    else:
        last_problem(studio, benchmark.name)
    if model not in found:
        if running is None:
            not_asked(studio, benchmark, model, asked[model])
        rows(studio, benchmark)
    elif rival is None:
        alone(findings_of(found[model].id, studio))
    else:
        beside(studio, rival, found[model])


def askable(studio: Engine) -> Mapping[str, str]:
    """Versions that may answer, newest first, and the base: by its name how each is asked for."""
    usable = [
        each
        for each in studio.versions(session.me())
        if each.student is Student.ZEGA and each.quarantined_at is None
    ]
    base = studio.evaluations.contenders.find(session.me(), "base").name
    return {each.label: str(each.number) for each in usable} | {base: "base"}


def choose_model(asked: Mapping[str, str], found: Mapping[str, Evaluation]) -> str:
    """The newest version at first; whoever else answered, such as a teacher, can be looked at."""
    models = [*asked, *(each for each in found if each not in asked)]
    if session.value("benchmarks/model") not in models:
        session.set_value("benchmarks/model", models[0])
    return st.selectbox(
        "Model",
        models,
        key=session.widget("benchmarks/model"),
        persist_state="session",
    )


def choose_rival(model: str, found: Mapping[str, Evaluation]) -> Evaluation | None:
    """Another model that answered the same, if there is one."""
    if model not in found:
        return None
    same = {
        name: each
        for name, each in found.items()
        if name != model and each.set_sha256 == found[model].set_sha256
    }
    if not same:
        return None
    if session.value("benchmarks/rival") not in (NOBODY, *same):
        session.forget("benchmarks/rival")
    chosen = st.selectbox(
        "Beside",
        [NOBODY, *same],
        format_func=lambda each: each or "No other model",
        key=session.widget("benchmarks/rival"),
        persist_state="session",
    )
    return same.get(chosen)


def not_asked(studio: Engine, benchmark: Benchmark, model: str, asked: str) -> None:
    """The button that has a model answer."""
    with st.container(border=True):
        st.markdown(plain(f"{model} has not answered these questions yet."))
        if st.button(
            "Measure it",
            type="primary",
            icon=":material/straighten:",
            disabled=not benchmark.rows,
        ):
            with told():
                studio.evaluations.measure(session.me(), asked, benchmark=benchmark.name)
                session.notice("Measuring. It goes on when you leave this page.")
                st.rerun()


def rows(studio: Engine, benchmark: Benchmark) -> None:
    """What is asked, before anybody answered."""
    asked = studio.benchmarks.rows(session.me(), benchmark.name)
    lines = [
        {"Question": each.prompt, "Label": each.label, "Reference": each.reference}
        for each in asked
    ]
    table(lines, f"Questions of {benchmark.name}")


@st.cache_data(max_entries=32, ttl=TTL_SECONDS, show_spinner="Looking through the answers …")
def findings_of(evaluation_id: str, _studio: Engine) -> Findings:
    """All that one evaluation says; worked out once for each id."""
    return _studio.evaluations.findings(session.me(), evaluation_id)


def alone(found: Findings) -> None:
    """A card for each figure, the answers, and the report."""
    measures = list(found.figures.measures.items())
    for start in range(0, len(measures), 2):
        for place, (measure, figure) in zip(
            st.columns(2), measures[start : start + 2], strict=False
        ):
            meaning = MEANINGS[measure]
            with place.container(border=True, height="stretch"):
                st.metric(meaning.title, f"{shown(measure, figure.value)} {meaning.unit}")
                st.caption(plain(sentence(measure, figure)))
    answers(found.evaluation)
    st.caption(plain(f"{found.evaluation.model}, measured {moment(found.evaluation.created_at)}."))
    downloads(found, f"{found.evaluation.model} on {found.evaluation.benchmark}")


def answers(evaluation: Evaluation) -> None:
    """Every question with its answer, wrong ones first."""
    st.subheader(plain(f"What {evaluation.model} answered"))
    ordered = sorted(evaluation.answers, key=lambda each: right(each) is not False)
    lines = [
        {
            "Question": each.prompt,
            "Answer": each.text,
            "Right": RIGHT[right(each)],
            "Label": each.label,
            "Reference": each.reference,
        }
        for each in ordered
    ]
    table(lines, f"Questions with what {evaluation.model} answered")


def table(lines: Sequence[Mapping[str, str | None]], alt: str) -> None:
    """Without columns that are empty."""
    used = {name for each in lines for name, value in each.items() if value is not None}
    st.dataframe(
        [{name: value or "" for name, value in each.items() if name in used} for each in lines],
        hide_index=True,
        height="content" if len(lines) < 10 else TABLE_PIXELS,
        alt=alt,
    )


def right(answer: Answer) -> bool | None:
    """Whether it is the label; None where there is none."""
    return None if answer.label is None else is_right(answer.text, answer.label)


def beside(studio: Engine, old: Evaluation, new: Evaluation) -> None:
    """Every figure of both, with what their difference says, question by question."""
    found = compared((old.id, new.id), studio, old, new, None)
    st.caption(
        plain(f"New: {new.model}. Old: {old.model}. Differences are new minus old, in pairs.")
    )
    show_figures(found)
    answers(new)
    downloads(found.findings, f"{new.model} against {old.model} on {new.benchmark}")
