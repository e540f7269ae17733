"""What a person said: thumbs by writer with their intervals, reasons, and the A/B."""

from __future__ import annotations

import streamlit as st

from engine.domain.calibration import Share
from engine.domain.feedback import FeedbackFigures, Role, TrialResult, WriterFeedback
from engine.engine import Engine
from studio.web import session
from studio.web.wording import plain

ROLES = {Role.TEACHER: "Teacher", Role.BASE: "Base", Role.OWN: "My model"}
SHOWN = 8


def show_feedback(studio: Engine) -> None:
    """A sentence first; tables only once there is something in them."""
    found = studio.feedback.figures(session.me())
    st.markdown(plain(found.sentence))
    if found.writers:
        show_writers(found)
    for thumb, label in ((1, "What you like"), (-1, "What you do not like")):
        said = [f"{each.label} ({each.count:,})" for each in found.reasons if each.thumb == thumb]
        if said:
            st.caption(plain(f"{label}: {', '.join(said)}."))
    if found.trial is not None:
        show_trial(found.trial)


def show_writers(found: FeedbackFigures) -> None:
    """Whose texts are liked: those with the most thumbs."""
    st.dataframe(
        [row(each) for each in found.writers[:SHOWN]],
        hide_index=True,
        alt="Thumbs up and edits by the model that wrote",
    )
    left = len(found.writers) - SHOWN
    more = f" {left:,} more wrote what you said less about." if left > 0 else ""
    st.caption(
        f"n = {found.thumbs:,} thumbs; the share that is up, with its 95 % interval. Outside the A/B "
        f"you knew who wrote.{more}"
    )


def row(each: WriterFeedback) -> dict[str, str]:
    """One model as a row."""
    return {
        "Who wrote": each.writer,
        "Thumbs up": share(each.thumbs),
        "You edited": f"{each.edits:,}",
        "As": ROLES[each.role],
    }


def share(found: Share | None) -> str:
    """`82 % of 34 (66 to 92 %)`."""
    if found is None:
        return "none yet"
    low, high = 100 * found.low, 100 * found.high
    return f"{100 * found.value:.0f} % of {found.n:,} ({low:.0f} to {high:.0f} %)"


def show_trial(trial: TrialResult) -> None:
    """Teacher against student among texts whose author was not shown."""
    st.markdown(f"**A/B, unseen.** {plain(trial.finding)}")
    st.caption(
        f"Thumbs up: teacher {share(trial.teacher)}, your zega {share(trial.student)}. "
        "With 95 % intervals; only thumbs from before the author was shown count."
    )
