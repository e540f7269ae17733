"""What a person asks for: prompt, genre, style, who writes, how freely."""

from __future__ import annotations

from typing import cast

import streamlit as st

from engine.autotrain.plan import styles
from engine.domain.kind import Kind
from engine.domain.version import Student
from engine.engine import Engine
from engine.feedback.feedback import MOST_SHARE
from engine.writing.begin import Writer
from engine.writing.writer import Sampling
from studio.web import session
from studio.web.components.callbacks import told_next
from studio.web.components.kinds import choose_kind, chosen_kind
from studio.web.components.memory_use import choose_memory
from studio.web.wording import genre_label, plain

PRESETS = {"Careful": 0.4, "Balanced": 0.8, "Wild": 1.1}
STEP = 50
WRITERS: dict[str, tuple[Writer, ...]] = {
    "Teacher": ("teacher",),
    "My zega": ("student",),
    "Both": ("teacher", "student"),
}
T5: dict[str, tuple[Writer, ...]] = {"My T5": ("t5",)}


def write_form(studio: Engine) -> None:
    """Draw the form. Nothing in it interrupts a text that is being written, but the button."""
    kind = chosen_kind(studio, "kind")
    st.text_area(
        kind.asked.label,
        key=session.widget("prompt"),
        persist_state="session",
        on_change="ignore",
        height=130,
        max_chars=4000,
        placeholder=kind.asked.placeholder,
    )
    choose_kind(studio, "kind", take_kind)
    if kind.categories:
        st.selectbox(
            "Genre",
            ["", *kind.categories],
            format_func=genre_label,
            key=session.widget(genre_of(kind)),
            persist_state="session",
            on_change="ignore",
        )
    if kind.styles:
        st.selectbox(
            "Style",
            ["", *styles()],
            format_func=lambda style: style or "No particular style",
            key=session.widget("style"),
            persist_state="session",
            on_change="ignore",
        )
    choose_writer(studio)
    choose_memory(studio)
    choose_sampling()
    choose_share(studio)
    st.button(
        "Write",
        type="primary",
        icon=":material/draw:",
        width="stretch",
        on_click=begin,
        args=(studio, session.stories_begun()),
    )


def begin(studio: Engine, drawn: int) -> None:
    """Start a story from the form; what is wrong with it is told in the run.

    `drawn` is how many stories were begun when the button was drawn: a click that reaches the server
    twice, as a busy one can make of it, starts one story.
    """
    if drawn != session.stories_begun():
        return
    kind = chosen_kind(studio, "kind")
    with told_next():
        story = studio.start_story(
            session.me(),
            session.value("prompt") or "",
            genre=(session.value(genre_of(kind)) or None) if kind.categories else None,
            style=(session.value("style") or None) if kind.styles else None,
            kind=kind.name,
        )
        session.count_story()
        session.ask(session.Ask(story.id, chosen_writers(studio)))


def take_kind(kind: Kind) -> None:
    """Another kind of text has another length."""
    session.set_value("max_tokens", -(-kind.length.tokens // STEP) * STEP)


def genre_of(kind: Kind) -> str:
    """The name of the widget that has a kind's genre."""
    return "genre" if kind.name == "stories" else f"genre/{kind.name}"


def writers_of(studio: Engine) -> dict[str, tuple[Writer, ...]]:
    """Who can write now: the teacher, and students of which a version is active."""
    user = session.me()
    found = WRITERS if studio.active_version(user) else {"Teacher": WRITERS["Teacher"]}
    return found | (T5 if studio.active_version(user, Student.T5) else {})


def choose_writer(studio: Engine) -> None:
    """The teacher or a student; without any student that is active, what there could be."""
    found = writers_of(studio)
    has_student = len(found) > 1
    session.start_with("writer", "Teacher")
    if session.value("writer") not in found:
        session.set_value("writer", "Teacher")
    st.radio(
        "Who writes?",
        list(found if has_student else WRITERS),
        horizontal=True,
        key=session.widget("writer"),
        persist_state="session",
        disabled=not has_student,
    )
    if "My zega" not in found:
        st.caption(
            f"“My zega” writes once a version of zega-{plain(session.me())} is active: "
            "teach it on the page Auto-Train."
        )


def choose_share(studio: Engine) -> None:
    """How much of what the teacher is asked for a version that is active writes, unseen."""
    if "My zega" not in writers_of(studio):
        return
    session.start_with("ab_share", studio.feedback.share(session.me()))
    with st.expander("A/B, unseen"):
        st.slider(
            "My zega instead of the teacher",
            0,
            MOST_SHARE,
            step=5,
            format="%d %%",
            key=session.widget("ab_share"),
            persist_state="session",
            on_change=take_share,
            args=(studio,),
            help="Of the texts you ask the teacher for, your zega writes this share. Who wrote a text is "
            "shown after your thumb, and the Dashboard says whose you like better.",
        )


def take_share(studio: Engine) -> None:
    """The share is kept for the name, not for the session."""
    with told_next():
        studio.feedback.set_share(session.me(), session.value("ab_share"))


def chosen_writers(studio: Engine) -> tuple[Writer, ...]:
    """Who will write; the teacher in place of a student that is not active."""
    return writers_of(studio).get(cast(str, session.value("writer")), WRITERS["Teacher"])


def choose_sampling() -> None:
    """Presets, and the numbers behind them for those who want them."""
    session.start_with("preset", "Balanced")
    for name, first in (("temperature", 0.8), ("top_p", 0.95), ("max_tokens", 300)):
        session.start_with(name, first)
    st.radio(
        "How freely?",
        list(PRESETS),
        horizontal=True,
        key=session.widget("preset"),
        persist_state="session",
        on_change=take_preset,
    )
    with st.expander("Advanced"):
        st.slider(
            "Temperature",
            0.0,
            1.5,
            step=0.05,
            key=session.widget("temperature"),
            persist_state="session",
            on_change="ignore",
            help="0 always takes the likeliest word; above 1 the unlikely ones get their chance.",
        )
        st.slider(
            "Top-p",
            0.1,
            1.0,
            step=0.05,
            key=session.widget("top_p"),
            persist_state="session",
            on_change="ignore",
            help="Only the likeliest words that together reach this share are drawn from.",
        )
        st.slider(
            "Longest answer (tokens)",
            STEP,
            1000,
            step=STEP,
            key=session.widget("max_tokens"),
            persist_state="session",
            on_change="ignore",
            help="A token is about three quarters of a word.",
        )
        st.number_input(
            "Seed",
            min_value=0,
            max_value=2**31 - 1,
            value=None,
            step=1,
            key=session.widget("seed"),
            persist_state="session",
            on_change="ignore",
            placeholder="a new one each time",
            help="The same seed and settings give the same text again.",
        )


def take_preset() -> None:
    """A preset is a temperature."""
    session.set_value("temperature", PRESETS[session.value("preset")])


def sampling() -> Sampling:
    """How freely the next text is written."""
    return Sampling(
        temperature=session.value("temperature", 0.8),
        top_p=session.value("top_p", 0.95),
        max_tokens=session.value("max_tokens", 300),
        seed=session.value("seed"),
    )
