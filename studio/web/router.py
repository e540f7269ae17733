"""The studio's front door for Streamlit: who is there, the sidebar, and the chosen page.

Runs from top to bottom for every click. What a page shows is the page's business.
"""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.errors import told
from studio.web.components.people import welcome
from studio.web.components.sidebar import sidebar
from studio.web.connection import engine
from studio.web.navigation import ICON, SCREENS

st.set_page_config(page_title="ZEGA Studio", page_icon=ICON, layout="wide")

sections: dict[str, list[st.Page]] = {}
for screen in SCREENS:
    page = st.Page(screen.path, title=screen.title, icon=screen.icon)
    sections.setdefault(screen.section, []).append(page)

with told(safe="Your work is safe."):
    studio = engine()
    known = studio.users()
    session.remember(known)
    if session.user() is None:
        st.navigation(sections, position="hidden")
        welcome(studio, known)
    else:
        chosen = st.navigation(sections)
        sidebar(studio, known)
        if text := session.take_notice():
            st.toast(text)
        chosen.run()
