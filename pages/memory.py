"""Memory: what is remembered, what would be recalled, and how to forget it."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.errors import show_error
from studio.web.components.memory import state_line, table, would_be_recalled
from studio.web.components.memory_add import add, as_file
from studio.web.connection import engine

studio, user = engine(), session.me()
st.title("Memory")
st.markdown(
    "What you remember is read along when you write something it fits. It is never trained on."
)

if failure := session.take_failure():
    show_error(failure.message, failure.code, safe="What you remembered is safe.")

state = studio.memory.state(user)
if state.passages:
    state_line(state)
    table(studio)
else:
    empty("Nothing is remembered yet. Paste a text, or choose **Remember** under a draft.")

columns = st.columns(3, gap="large")
with columns[0]:
    st.subheader("Add")
    add(studio)
if state.passages:
    with columns[1]:
        st.subheader("Try it")
        would_be_recalled(studio)
with columns[2 if state.passages else 1]:
    st.subheader("As a file")
    as_file(studio, there=bool(state.passages))
