"""Benchmarks: questions of one's own, added as a file and put to any of one's models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.domain.benchmark import Benchmark
from engine.engine import Engine
from engine.errors import EngineError
from engine.evaluation.benchmarks import MOST_BYTES, MOST_ROWS
from studio.web import session
from studio.web.components.benchmark_results import results
from studio.web.components.empty import empty
from studio.web.components.errors import told
from studio.web.wording import day, plain

MOST_MB = MOST_BYTES // 1_000_000
LONGEST_NAME = 60
SHAPE = """\
{"prompt": "Is a whale a fish? Answer yes or no.", "label": "no"}
{"prompt": "Say in plain words: the vessel was moored.", "reference": "The ship was tied up."}
{"prompt": "A lamp that lights only for liars.", "kind": "stories", "genre": "fantasy"}"""
FIELDS = """
- `prompt`: what is asked. Nothing else is needed.
- `label`: the one right answer, in a few words. Ask for it alone: a longer answer counts as wrong.
- `reference`: a good answer. You see how near a model comes to it.
- `kind` and `genre`: the prompt is an idea for such a text, as in your examples."""


def show_benchmarks(studio: Engine) -> None:
    """What a model did on a benchmark, and a way to add another."""
    st.markdown(
        "Put questions of your own to your models. Where you know the answers, you see how often a model "
        "is right, or how near it comes."
    )
    sets = studio.benchmarks.all(session.me())
    if sets:
        results(studio, one_of(studio, sets))
    else:
        empty("You have no benchmark yet. It is a file with one question a line: add one below.")
    add(studio, is_first=not sets)


def one_of(studio: Engine, sets: Sequence[Benchmark]) -> Benchmark:
    """The benchmark that is looked at, what is in it, and a way to be rid of it."""
    by_name = {each.name: each for each in sets}
    if (new := session.value("benchmarks/added")) in by_name:
        session.set_value("benchmarks/name", new)
        session.forget("benchmarks/added")
    if session.value("benchmarks/name") not in by_name:
        session.set_value("benchmarks/name", sets[0].name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Benchmark",
            list(by_name),
            format_func=lambda each: f"{each} · {rows_of(by_name[each])}",
            key=session.widget("benchmarks/name"),
            persist_state="session",
        )
        chosen = by_name[name]
        if st.button("Remove …", icon=":material/delete:"):
            remove(studio, chosen)
    st.caption(plain(described(chosen)))
    return chosen


def described(benchmark: Benchmark) -> str:
    """E.g. `26 rows, 24 with a label · added 3 Nov 2026`."""
    known = {"label": benchmark.labels, "reference": benchmark.references}
    parts = [f"{count:,} with a {name}" for name, count in known.items() if count]
    return f"{', '.join([rows_of(benchmark), *parts])} · added {day(benchmark.created_at)}"


def rows_of(benchmark: Benchmark) -> str:
    """E.g. `1 row`."""
    return f"{benchmark.rows:,} row{'' if benchmark.rows == 1 else 's'}"


def add(studio: Engine, *, is_first: bool) -> None:
    """What a file looks like, where it goes, and the name it gets."""
    with st.expander("Add a benchmark", expanded=is_first, icon=":material/upload_file:"):
        st.markdown("A file has one JSON object a line, such as:")
        st.code(SHAPE, language="json", wrap_lines=True)
        st.markdown(FIELDS)
        file = st.file_uploader(
            f"A file of JSON lines, up to {MOST_ROWS:,} rows and {MOST_MB} MB",
            type=["jsonl", "json", "txt"],
            max_upload_size=MOST_MB,
            key=session.widget(f"benchmarks/file/{session.value('benchmarks/round', 0)}"),
        )
        st.caption(
            "A benchmark is never changed: remove it and add another. Training leaves out what repeats "
            "one of its rows."
        )
        if file is None:
            return
        field = f"benchmarks/new/{file.file_id}"
        session.start_with(field, name_after(file.name))
        name = st.text_input(
            "Name",
            key=session.widget(field),
            max_chars=LONGEST_NAME,
            help="Letters, digits, - and _.",
        )
        if st.button("Add it", type="primary", icon=":material/add:"):
            with told():
                say(studio.benchmarks.add(session.me(), name.strip(), file.getvalue()))


def name_after(file: str) -> str:
    """A name for a benchmark from that of its file.

    >>> name_after("My questions (2).jsonl")
    'My-questions-2'
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", Path(file).stem).strip("-_")[:LONGEST_NAME]


def say(added: Benchmark) -> None:
    """A toast, on a page drawn again with the new benchmark and an empty field."""
    session.set_value("benchmarks/round", session.value("benchmarks/round", 0) + 1)
    session.set_value("benchmarks/added", added.name)
    session.notice(plain(f"{added.name} was added: {rows_of(added)}."))
    st.rerun()


@st.dialog("Remove this benchmark?")
def remove(studio: Engine, benchmark: Benchmark) -> None:
    """What goes, and one button."""
    st.markdown(
        f"**{plain(benchmark.name)}** with {rows_of(benchmark)} will be gone, and everything that was "
        "measured on it."
    )
    st.caption("Your models and your examples stay as they are.")
    with st.container(horizontal=True):
        sure = st.button(
            "Remove it",
            type="primary",
            icon=":material/delete_forever:",
            on_click=remove_now,
            args=(studio, benchmark.name),
        )
        if st.button("Keep it") or sure:
            st.rerun()  # closes the dialog


def remove_now(studio: Engine, name: str) -> None:
    """What came of it is told in the run that follows."""
    try:
        studio.benchmarks.remove(session.me(), name)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
        return
    session.notice("The benchmark is gone.")
