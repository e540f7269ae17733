"""Long lists a page at a time."""

from __future__ import annotations

import streamlit as st

from studio.web import session


def page_of(name: str, total: int, rows: int) -> int:
    """Which page is shown, from 1; a field to turn it where there are several."""
    pages = max(1, -(-total // rows))
    if session.value(name, 1) > pages:  # narrowed since the page was turned
        session.set_value(name, 1)
    if pages == 1:
        return 1
    label = f"Page (of {pages:,})"
    return int(st.number_input(label, 1, pages, key=session.widget(name), width=160))
