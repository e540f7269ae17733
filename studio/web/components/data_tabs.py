"""The tabs of the Data page. Only the one that is open does any work."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from engine.engine import Engine
from studio.web import session
from studio.web.components.examples import show_examples

# A new tab is a line here: its name, and what draws it.
TABS: dict[str, Callable[[Engine], None]] = {
    "Examples": show_examples,
}


def show_tabs(studio: Engine) -> None:
    """The row of tabs, and the open one."""
    places = st.tabs(list(TABS), key=session.widget("data/tab"), on_change="rerun")
    for place, draw in zip(places, TABS.values(), strict=True):
        if place.open:
            with place:
                draw(studio)
