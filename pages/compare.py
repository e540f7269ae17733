"""Compare: two models on the same prompts and texts: which is better, in what, after which new texts."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.compare import (
    choose,
    compared,
    downloads,
    last_problem,
    not_measured,
)
from studio.web.components.compare_data import data_change
from studio.web.components.compare_figures import (
    show_figures,
    show_genres,
    show_ruling,
    show_style,
)
from studio.web.components.compare_samples import samples
from studio.web.components.empty import empty
from studio.web.components.errors import show_error
from studio.web.connection import engine
from studio.web.navigation import AUTO_TRAIN

studio, user = engine(), session.me()
st.title("Compare")
st.markdown("Two models on the same prompts and the same texts they never saw, in pairs.")

if failure := session.take_failure():
    show_error(failure.message, failure.code, safe="Your examples are safe.")

candidates = studio.comparing.candidates(user)
if not any(each.version for each in candidates):
    empty(
        "There is nothing to compare yet: the first training makes a model to set beside the base.",
        "Teach it",
        AUTO_TRAIN,
    )
    st.stop()

old, new = choose(studio, candidates)
pair = studio.comparing.common(old, new)
if pair is None:
    last_problem(studio)
    not_measured(studio, old, new)
    st.stop()

found = compared((pair[0].id, pair[1].id), studio, *pair, new.version)
show_ruling(found)
show_figures(found)
show_style(studio, (old, new))
show_genres(found)
if joined := studio.comparing.joined(old, new, pair):
    st.subheader("What changed in the data")
    data_change(studio, joined)
st.subheader("The same prompt, side by side")
samples(*pair)
downloads(found)
