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
from studio.web.guests import guest_key, guest_of
from studio.web.navigation import ICON, SCREENS


def sections(guest: bool) -> dict[str, list[st.Page]]:
    """The pages that this browser may open, by section."""
    found: dict[str, list[st.Page]] = {}
    for screen in SCREENS:
        if screen.for_guests or not guest:
            page = st.Page(screen.path, title=screen.title, icon=screen.icon)
            found.setdefault(screen.section, []).append(page)
    return found


st.set_page_config(page_title="ZEGA Studio", page_icon=ICON, layout="wide")

with told(safe="Your work is safe."):
    studio = engine()
    if studio.settings.has_guests:
        known = [session.be_guest(guest_of(st.context.cookies, guest_key(studio.settings)))]
        studio.ensure_user(known[0])
    else:
        known = studio.users()
        session.remember(known)
    pages = sections(session.is_guest())
    if session.user() is None:
        st.navigation(pages, position="hidden")
        welcome(studio, known)
    else:
        chosen = st.navigation(pages)
        sidebar(studio, known)
        if text := session.take_notice():
            st.toast(text)
        chosen.run()
