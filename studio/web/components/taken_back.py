"""What is said of a version that was taken back by itself, until somebody activates one: on My model, and
under what it wrote unseen."""

from __future__ import annotations

import streamlit as st

from engine.domain.example import Author
from engine.domain.story import Draft
from engine.domain.version import Student
from engine.engine import Engine
from studio.web import session
from studio.web.wording import moment, plain


def taken_back(studio: Engine) -> None:
    """For each student why its last version answers no more, and that a person may think otherwise."""
    for student in Student:
        found = studio.store.watched.latest(session.me(), student)
        if found is None:
            continue
        version = studio.store.versions.by_id(found.version_id)
        if version.quarantined_at is not None:  # its card says so, and nobody can activate it
            continue
        st.warning(
            plain(
                f"{version.label} was taken back by itself on {moment(found.at)}: {found.reason} You "
                "may activate it again; its answers are then counted anew."
            ),
            icon=":material/undo:",
        )


def writer_taken_back(studio: Engine, draft: Draft) -> None:
    """Under a text of the A/B that its author was taken back; said sooner it would tell who wrote."""
    if draft.trial is None or draft.is_blind or draft.trial.author is not Author.STUDENT:
        return
    found = studio.store.watched.latest(session.me())
    if found is None or studio.store.versions.by_id(found.version_id).label != draft.model:
        return
    st.info(
        plain(f"{draft.model} was taken back by itself on {moment(found.at)}: {found.reason}"),
        icon=":material/undo:",
    )
