"""Arena: two models answer one prompt, and a person says which text is better without knowing whose."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.arena import show_arena
from studio.web.components.arena_ratings import show_ratings
from studio.web.components.errors import show_error
from studio.web.connection import engine

studio = engine()
st.title("Arena")
st.markdown(
    "Two of your models answer the same prompt. Read both, press a key: who wrote which is said "
    "after your vote. The prompts are those of your stories; while there are fewer than ten, some "
    "of the studio's own come between them."
)

if failure := session.take_failure():
    show_error(failure.message, failure.code, safe="Your votes are safe.")

show_arena(studio)
show_ratings(studio)
