"""Review: a person decides about one text after the other."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.calibration import calibration
from studio.web.components.errors import show_error
from studio.web.components.review_card import show_card
from studio.web.components.review_queue import (
    choose_card,
    choose_pile,
    nothing_left,
    show_progress,
)
from studio.web.components.review_repair import mend_many
from studio.web.components.two_phase import two_phase
from studio.web.connection import engine

studio = engine()
st.title("Review")
st.markdown(
    "Read, then press a key: your model learns from what you accept, whatever its score. Each "
    "decision is saved before the next text comes."
)

if failure := session.take_failure():
    show_error(failure.message, failure.code, safe="What you decided before is safe.")

above = st.container()
where, order = choose_pile(studio)
show_progress(studio, where)
card = choose_card(studio, where, order)
if card is None:
    nothing_left(studio, where)
else:
    show_card(studio, card)
    mend_many(studio, where)
two_phase(studio, above, card=card is not None)
calibration(studio)
