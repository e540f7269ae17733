"""Trainings: one of them as it goes: losses, pace, health and what it answers."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.run_page import choose_run, live_run
from studio.web.connection import engine
from studio.web.navigation import AUTO_TRAIN

studio, user = engine(), session.me()
st.title("Trainings")

runs = studio.overview.runs(user)
if not runs:
    empty("There is no training yet.", "Teach it", AUTO_TRAIN)
    st.stop()

live_run(studio, choose_run(runs), runs)
