"""A score and what it is made of."""

from __future__ import annotations

import streamlit as st

from engine.domain.quality import Quality
from studio.web.wording import plain

LABELS = {
    "repetition": "Does not repeat itself",
    "likelihood": "Reads naturally",
    "relevance": "Keeps to the prompt",
    "genre": "Fits its genre",
    "order": "One sentence follows from another",
    "cohesion": "Hangs together from beginning to end",
    "sections": "Has every section it needs",
    "names": "Keeps the names it was given",
    "plain": "Stays in plain words",
    "lexicon": "Uses the words of its kind",
    "wording": "Reads naturally",
    "length": "Has a fitting length",
    "parses": "Is valid code",
    "parameters": "Uses what it is given",
}


def quality_popover(quality: Quality, *, key: str) -> None:
    """`7.8 of 10`; its parts and reasons on a click."""
    with st.popover(
        f"Score {quality.score:.1f}", icon=":material/speed:", type="tertiary", key=key
    ):
        quality_parts(quality)


def quality_parts(quality: Quality) -> None:
    """Parts with their share of ten, then what lowered the score."""
    st.caption("Parts of the score, each from 0 to 10")
    for name, value in quality.parts.items():
        st.progress(min(1.0, max(0.0, value / 10)), text=plain(f"{part_label(name)}: {value:.1f}"))
    if quality.reasons:
        st.markdown("\n".join(f"- {plain(reason)}" for reason in quality.reasons))
    else:
        st.caption("Nothing lowered it.")


def part_label(name: str) -> str:
    """A part as people read it: more is better."""
    return LABELS.get(name, name.replace("_", " ").capitalize())
