"""What is always in sight: who I am, which model is mine, where text goes, what is running."""

from __future__ import annotations

import streamlit as st

from engine.engine import Engine
from studio.web import session
from studio.web.components.jobs import job_chips
from studio.web.components.people import add_name, choose_name
from studio.web.wording import plain


def sidebar(studio: Engine, known: list[str]) -> None:
    """Draw the sidebar of the name this browser acts for."""
    user = session.me()
    with st.sidebar:
        version = studio.active_version(user)
        st.badge(
            version.label if version else "no own model yet",
            icon=":material/verified:",
            color="green" if version else "gray",
        )
        where_text_goes(studio)
        if session.is_guest():
            st.caption("You are a guest: your texts are kept under a name of this browser's own.")
        else:
            who(studio, known)
        job_chips(studio)


def where_text_goes(studio: Engine) -> None:
    """Whether what I write leaves this machine."""
    if away := studio.teachers.sends_to(session.me()):
        st.badge(
            f"sends text to {plain(away)}",
            icon=":material/cloud_upload:",
            color="orange",
            help="Your requests and what is continued go to this teacher. Settings has a switch.",
        )
        return
    st.badge(
        "local only",
        icon=":material/lock:",
        color="blue",
        help="Every text stays on this machine: no model elsewhere is asked.",
    )


def who(studio: Engine, known: list[str]) -> None:
    """The name, and a way to another one."""
    user = session.me()
    with st.popover(plain(user), icon=":material/person:", width="stretch"):
        others = [name for name in known if name != user]
        if others:
            st.markdown("**Switch to**")
            choose_name(others)
        add_name(studio, label="Add a name", button="Add and switch")
