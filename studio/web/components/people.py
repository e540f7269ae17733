"""Who is writing: the first visit, switching names, adding one."""

from __future__ import annotations

import streamlit as st

from engine.engine import Engine
from engine.errors import EngineError
from studio.web import session
from studio.web.components.errors import show_error
from studio.web.wording import plain

RULE = "Up to 64 small letters, digits, - and _, beginning with a letter or a digit."
NAMING = "Your model will be called zega- and this name."


def welcome(studio: Engine, known: list[str]) -> None:
    """The empty state of a browser that acts for nobody yet."""
    with st.container(width=560):
        st.title("Welcome to ZEGA Studio")
        st.markdown(
            "Write with a model on this machine, keep what is good, "
            "and train a small model of your own."
        )
        if known:
            st.markdown("**Who is writing?**")
            choose_name(known)
        label = "A new name" if known else "Your name"
        add_name(studio, label=label, button="Start writing", primary=True)


def choose_name(known: list[str], *, key: str = "be") -> None:
    """A button for each name."""
    with st.container(horizontal=True):
        for name in known:
            st.button(
                plain(name),
                key=f"{key}/{name}",
                icon=":material/person:",
                on_click=session.act_for,
                args=(name,),
            )


def add_name(
    studio: Engine, *, label: str, button: str, key: str = "add_name", primary: bool = False
) -> None:
    """One field; the name becomes the one this browser acts for."""
    with st.form(key, border=False):
        name = st.text_input(
            label,
            help=f"{RULE} Your model will be called zega-name.",
            max_chars=200,
            placeholder="for example: anna",
        )
        if not st.form_submit_button(button, type="primary" if primary else "secondary"):
            return
    try:
        studio.ensure_user(name)
    except EngineError:
        show_error(
            f"“{name}” cannot be used as a name. {RULE}",
            "invalid_input",
        )
        return
    session.act_for(name)
    st.rerun()
