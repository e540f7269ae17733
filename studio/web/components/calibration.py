"""How the score agrees with a person's decisions, and a threshold of their own when they want it."""

from __future__ import annotations

import streamlit as st

from engine.domain.calibration import Calibration, Cut, Share
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told
from studio.web.wording import plain

TOGGLE = "calibration/open"


def calibration(studio: Engine) -> None:
    """Worked out only while it is open: between two cards nobody waits for it."""
    user = session.me()
    st.toggle(
        "Compare the score with my decisions",
        key=session.widget(TOGGLE),
        persist_state="session",
        help="After 30 decisions it shows how often the score would have decided as you did.",
    )
    if session.value(TOGGLE):
        with told(), st.container(border=True):
            found = studio.calibration.look(user)
            show(found)
            actions(studio, user, found)


def show(found: Calibration) -> None:
    """The finding in words, then what each threshold does to the texts that were decided about."""
    st.markdown(plain(found.finding))
    if found.now is None or found.ranking is None:
        st.progress(min(1.0, found.decisions / found.needed))
        st.caption(plain(f"Texts are kept from a score of {found.threshold:g} on."))
        return
    cuts = {"now": found.now} | ({"suggested": found.suggested} if found.suggested else {})
    st.dataframe(
        [row(name, cut) for name, cut in cuts.items()],
        hide_index=True,
        alt="What the threshold does to the texts you decided about",
    )
    st.caption(
        plain(
            f"From your newest {found.decisions} decisions, with 95 % intervals. An accepted text "
            f"scores above a rejected one in {percent(found.ranking)} of pairs; 50 % is chance."
        )
    )


def row(name: str, cut: Cut) -> dict[str, str]:
    """A threshold as a row."""
    return {
        "Keep from": f"{cut.threshold:g} ({name})",
        "Decides as you do": percent(cut.agreement),
        "Kept": f"{cut.kept} of {cut.agreement.n}",
        "Accepted of those": percent(cut.precision) if cut.precision else "none",
    }


def actions(studio: Engine, user: str, found: Calibration) -> None:
    """Take the suggestion, or go back. Nothing moves without a click."""
    with st.container(horizontal=True):
        if found.suggested is not None:
            wanted = found.suggested.threshold
            if st.button(f"Keep texts from {wanted:g} on", icon=":material/tune:", key="cut/take"):
                studio.calibration.accept(user, wanted)
                session.notice(f"Texts are kept from {wanted:g} on. You can go back.")
                st.rerun()
        if found.can_go_back and st.button("Go back", icon=":material/undo:", key="cut/back"):
            before = studio.calibration.go_back(user)
            session.notice(f"Texts are kept from {before:g} on again.")
            st.rerun()


def percent(share: Share) -> str:
    """A share with its interval."""
    return f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"
