"""My model: every version of zega-<name> and of a T5, how it was measured, and which answer."""

from __future__ import annotations

import streamlit as st

from engine.domain.version import Student
from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.taken_back import taken_back
from studio.web.components.versions import active_ids, in_use, version_card
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
    in_use(studio, studio.active_version(user))
    if any(version.student is Student.T5 for version in versions):
        in_use(studio, studio.active_version(user, Student.T5), Student.T5)
    taken_back(studio)
    active = active_ids(studio)
    for version in versions:
        version_card(studio, version, is_active=version.id in active)
