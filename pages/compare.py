"""Compare: two models on the same prompts and texts, and what models answer to questions of one's own."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.benchmarks import show_benchmarks
from studio.web.components.compare_pair import compare_two
from studio.web.components.errors import show_error
from studio.web.connection import engine

studio = engine()
st.title("Compare")

if failure := session.take_failure():
    show_error(failure.message, failure.code, safe="Your examples are safe.")

two_models, benchmarks = st.tabs(
    ["Two models", "My benchmarks"], key=session.widget("compare/tab"), on_change="rerun"
)
if two_models.open:
    with two_models:
        compare_two(studio)
if benchmarks.open:
    with benchmarks:
        show_benchmarks(studio)
