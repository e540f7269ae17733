"""Data: what a model can learn from, and where it comes from."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.data_tabs import show_tabs
from studio.web.components.errors import show_error
from studio.web.connection import engine

studio = engine()
st.title("Data")
st.markdown("Every prompt with its text that your model can learn from, and where it came from.")

if failure := session.take_failure():
    show_error(failure.message, failure.code, safe="Your examples are safe.")

show_tabs(studio)
