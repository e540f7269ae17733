"""What kind of text: the choice of one, and how a text of it is drawn."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.domain.kind import Kind
from engine.engine import Engine
from studio.web import session
from studio.web.components.prose import prose
from studio.web.wording import plain


def chosen_kind(studio: Engine, name: str) -> Kind:
    """The kind that the widget of that name has now."""
    return studio.kinds.find(session.value(name, "stories"))


def choose_kind(
    studio: Engine, name: str, on_change: Callable[[Kind], None] = lambda kind: None
) -> Kind:
    """Draw the choice of a kind with what it gives; the one that is chosen."""
    session.start_with(name, "stories")
    titles = {kind.name: kind.title for kind in studio.kinds.all()}
    st.selectbox(
        "Kind of text",
        list(titles),
        format_func=lambda kind: titles[kind],
        key=session.widget(name),
        persist_state="session",
        on_change=lambda: on_change(chosen_kind(studio, name)),
    )
    kind = chosen_kind(studio, name)
    st.caption(plain(kind.description))
    return kind


def text_of(kind: Kind, text: str) -> None:
    """A text as one of its kind is read: code as code, all others letter by letter."""
    if kind.scoring.method == "code":
        st.code(text, language=kind.scoring.language, wrap_lines=True)
    else:
        prose(text)
