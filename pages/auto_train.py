"""Auto-Train: from a choice of genres to a model of one's own, as steps on one page."""

from __future__ import annotations

import streamlit as st

from engine.domain.job import JobKind
from studio.web import session
from studio.web.components.before_after import before_after
from studio.web.components.by_itself import by_itself
from studio.web.components.errors import told
from studio.web.components.estimate import show_estimate
from studio.web.components.generation import generation
from studio.web.components.mix import choose
from studio.web.components.training import show_readiness, train_button, training
from studio.web.connection import engine
from studio.web.wording import plain

studio, user = engine(), session.me()
jobs = studio.jobs(user, limit=50)
batch = next((job for job in jobs if job.kind is JobKind.AUTO_TRAIN), None)
ready = studio.readiness(user)
lesson = next((job for job in jobs if job.kind is JobKind.TRAINING), None)

st.title("Auto-Train")
st.markdown("The teacher writes, the score decides what is kept, and your model learns from it.")

if batch is None or batch.state.is_final:
    st.subheader("1 · Choose")
    choice = choose(studio)
    st.subheader("2 · What it will take")
    show_estimate(
        studio.estimate(choice.num_examples, user), sends_to=studio.teachers.sends_to(user)
    )
    if choice.problem:
        st.warning(choice.problem)
    start = st.button(
        f"Write {choice.num_examples} texts",
        type="secondary" if ready.can_train else "primary",
        icon=":material/play_arrow:",
        disabled=bool(choice.problem),
    )
    if start:
        with told():
            studio.start_auto_train(
                user,
                choice.num_examples,
                choice.mix,
                store_in_memory=choice.store_in_memory,
                kind=choice.kind,
            )
            session.notice("Started. It goes on when you leave this page.")
            st.rerun()

st.subheader("3 · Writing and scoring" if batch and not batch.state.is_final else "3 · Results")
if batch is None:
    st.caption("Kept and rejected texts appear here as they are written.")
else:
    generation(studio, batch.id)

st.subheader("4 · Train")
if lesson is None or lesson.state.is_final:
    show_readiness(ready)
    if ready.can_train:
        train_button(studio, ready)
if lesson is not None:
    training(studio, lesson)

versions = studio.versions(user)
if versions:
    st.subheader("5 · Before and after")
    st.markdown(f"**{plain(versions[0].label)}** · {plain(versions[0].verdict)}")
    before_after(versions[0])

st.subheader("By itself")
by_itself(studio)
