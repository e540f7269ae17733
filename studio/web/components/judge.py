"""Who gives a second opinion on texts near the threshold, if anybody."""

from __future__ import annotations

import streamlit as st

from engine.domain.provider import BUILT_IN
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told

NOBODY = ""


def judge(studio: Engine) -> None:
    """A choice that holds from the next auto-training on. Guests have none."""
    if session.is_guest():
        return
    user = session.me()
    names = {NOBODY: "Nobody", BUILT_IN: f"{studio.settings.base_model} (built in)"}
    names |= {each.id: f"{each.name} · {each.model}" for each in studio.teachers.providers()}
    chosen = studio.judging.chosen(user)
    session.set_value("judge", chosen if chosen in names else NOBODY)
    st.selectbox(
        "Who judges texts near the threshold?",
        list(names),
        format_func=lambda each: names.get(each, each),
        key=session.widget("judge"),
        on_change=choose,
        args=(studio, user),
        help="In auto-training, texts that score within one point of your threshold are also marked "
        "by this model, and the mean counts. It costs another call for each, and small models "
        "judge badly.",
    )


def choose(studio: Engine, user: str) -> None:
    """Take what was chosen."""
    with told():
        studio.judging.choose(user, session.value("judge") or None)
