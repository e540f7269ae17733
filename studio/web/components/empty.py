"""Empty states: one sentence, one button."""

from __future__ import annotations

import streamlit as st

from studio.web.navigation import Screen


def empty(sentence: str, button: str = "", to: Screen | None = None) -> None:
    """Say what is missing and lead to where it is made."""
    with st.container(border=True):
        st.markdown(sentence)
        if to is not None and st.button(button, type="primary", icon=to.icon):
            st.switch_page(to.path)
