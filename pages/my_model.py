"""My model: every version of zega-<name>, how it was measured, and which one answers."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.versions import in_use, version_card
from studio.web.connection import engine
from studio.web.navigation import AUTO_TRAIN

studio, user = engine(), session.me()
st.title("My model")

versions = studio.versions(user)
if not versions:
    empty(
        f"There is no model of your own yet: zega-{user} comes out of the first training.",
        "Teach it",
        AUTO_TRAIN,
    )
else:
    active = studio.active_version(user)
    in_use(studio, active)
    for version in versions:
        version_card(studio, version, active)
