"""Text written by people and models, shown letter by letter: never as Markdown, LaTeX or HTML."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def prose(text: str, place: DeltaGenerator | None = None) -> None:
    """Draw a text; lines wrap, paragraphs stay."""
    (place or st).text(text, width="stretch", wrap=True)
