"""Dashboard: the whole of one's work in figures, what runs, and what to do next."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.feedback import show_feedback
from studio.web.components.overview import (
    show_figures,
    show_genres,
    show_growth,
    show_next_step,
    show_quality,
)
from studio.web.components.runs import show_runs
from studio.web.components.training import show_readiness
from studio.web.components.versions import in_use, version_lines
from studio.web.components.workload import show_live, show_statistics
from studio.web.connection import engine
from studio.web.navigation import AUTO_TRAIN

studio, user = engine(), session.me()
st.title("Dashboard")

board = studio.overview.board(user)
if not board.scores.total and not board.runs and not studio.jobs(user, limit=1):
    empty("There is nothing to measure yet.", "Let the teacher write", AUTO_TRAIN)
    st.stop()

show_next_step(board.next_step)
show_figures(board.figures)

left, right = st.columns(2, gap="large")
with left:
    st.subheader("Collection")
    show_growth(studio)
    show_genres(board)
with right:
    st.subheader("Quality")
    show_quality(board, studio.calibration.threshold(user))
    st.subheader("Readiness")
    show_readiness(studio.readiness(user))

st.subheader("What you said")
show_feedback(studio)

st.subheader("Trainings")
show_runs(studio, board.runs)

if board.figures.newest is not None:
    st.subheader("Versions")
    in_use(studio, board.figures.active)
    version_lines(studio)

show_live(studio)

st.subheader("How jobs went")
show_statistics(board.statistics)
