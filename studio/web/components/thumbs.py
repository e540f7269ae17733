"""A thumb on a text, why it was given, and who wrote what was written unseen."""

from __future__ import annotations

import streamlit as st

from engine.domain.feedback import Remark
from engine.domain.story import Draft
from engine.engine import Engine
from engine.feedback.feedback import MOST_OF_NOTE
from studio.web import session
from studio.web.components.callbacks import told_next

UNSEEN = "A/B: the author is revealed after your thumb"
# What Streamlit's thumbs give, up and down, and no thumb after a second click on the same.
THUMBS = {1: 1, 0: -1, None: 0}
PLACES = {thumb: place for place, thumb in THUMBS.items()}


def thumbs(studio: Engine, draft: Draft) -> None:
    """One click is a verdict, another takes it back. A thumb down keeps the text out of training."""
    user, name = session.me(), f"thumb/{draft.id}"
    remark = studio.feedback.of(user, draft.id)
    session.start_with(name, PLACES[remark.thumb])

    def rate() -> None:
        thumb = THUMBS[session.value(name)]
        session.forget(name)  # drawn again from what is stored
        with told_next():
            studio.feedback.give(user, thumb, draft_id=draft.id)

    st.feedback("thumbs", key=session.widget(name), on_change=rate)
    if remark.thumb:
        why(studio, draft, remark)


def why(studio: Engine, draft: Draft, remark: Remark) -> None:
    """Reasons and a note, for who wants to say more; what is said is kept at once."""
    chips, note = f"why/{draft.id}/{remark.thumb}", f"note/{draft.id}/{remark.thumb}"
    session.start_with(chips, list(remark.reasons))
    session.start_with(note, remark.note)

    def say() -> None:
        with told_next():
            if studio.feedback.of(session.me(), draft.id).thumb != remark.thumb:
                session.forget(f"thumb/{draft.id}")
                session.notice("The thumb was changed elsewhere: what you said of it was not kept.")
                return
            studio.feedback.give(
                session.me(),
                remark.thumb,
                draft_id=draft.id,
                reasons=session.value(chips),
                note=session.value(note) or "",
            )

    labels = {reason.id: reason.label for reason in studio.feedback.reasons(remark.thumb)}
    with st.popover("Why?", icon=":material/chat_bubble:"):
        st.pills(
            "What do you like?" if remark.thumb > 0 else "What is wrong with it?",
            list(labels),
            selection_mode="multi",
            format_func=labels.__getitem__,
            key=session.widget(chips),
            on_change=say,
        )
        st.text_area(
            "In your words",
            key=session.widget(note),
            max_chars=MOST_OF_NOTE,
            height=100,
            placeholder="If you like",
            on_change=say,
        )


def reveal_button(studio: Engine, draft: Draft) -> None:
    """Say who wrote before there is a thumb."""
    st.button(
        "Reveal",
        key=f"reveal/{draft.id}",
        icon=":material/visibility:",
        help="Shows who wrote it. A thumb after that does not count in the A/B.",
        on_click=reveal,
        args=(studio, draft.id),
    )


def reveal(studio: Engine, draft_id: str) -> None:
    with told_next():
        studio.feedback.reveal(session.me(), draft_id)
