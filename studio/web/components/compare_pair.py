"""Two models beside each other: which is better, in what, after which new texts."""

from __future__ import annotations

import streamlit as st

from engine.engine import Engine
from studio.web import session
from studio.web.components.compare import (
    choose,
    compared,
    downloads,
    joined,
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
from studio.web.navigation import AUTO_TRAIN


def compare_two(studio: Engine) -> None:
    """The whole comparison, or what is missing for it."""
    st.markdown("Two models on the same prompts and the same texts they never saw, in pairs.")
    candidates = studio.comparing.candidates(session.me())
    if not any(each.version for each in candidates):
        empty(
            "There is nothing to compare yet: the first training makes a model to set beside the base.",
            "Teach it",
            AUTO_TRAIN,
        )
        return
    old, new = choose(studio, candidates)
    pair = studio.comparing.common(old, new)
    if pair is None:
        last_problem(studio)
        not_measured(studio, old, new)
        return
    found = compared((pair[0].id, pair[1].id), studio, *pair, new.version)
    show_ruling(found)
    show_figures(found)
    show_style(studio, (old, new))
    show_genres(found)
    if changed := joined(studio, old, new, pair):
        st.subheader("What changed in the data")
        data_change(studio, changed)
    st.subheader("The same prompt, side by side")
    samples(*pair)
    downloads(found.findings, f"{found.new.model} against {found.old.model}")
