"""Settings: names, teachers and what they cost, the base model, storage, every setting in force."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.budget import budget
from studio.web.components.judge import judge
from studio.web.components.people import add_name, choose_name
from studio.web.components.providers import teachers
from studio.web.components.settings import base_model, settings_table, storage_table
from studio.web.connection import engine
from studio.web.wording import plain

studio, user = engine(), session.me()
st.title("Settings")

st.subheader("Names")
st.markdown(f"This browser acts for **{plain(user)}**. Every name has its own stories and model.")
others = [name for name in studio.users() if name != user]
if others:
    choose_name(others, key="settings/be")
add_name(studio, label="Add a name", button="Add and switch", key="settings/add")

st.subheader("Teachers")
teachers(studio)
judge(studio)

st.subheader("Budget")
budget(studio, user)

st.subheader("Light or dark")
st.caption(
    "As your system has it. The menu ⋮ at the upper right, then Settings, has a choice of its own."
)

st.subheader("Base model")
base_model(studio.settings.base_model)

st.subheader("Storage used")
storage_table(studio.settings.home)

st.subheader("Settings in force")
settings_table(studio.settings)
