"""Text with stretches marked in it, letter by letter: what it says is never read as HTML or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import NamedTuple

import streamlit as st

from engine.review.diff import Change

# Seen on light and on dark paper; each has a line, too, for who cannot tell the colours apart.
_PAPER = "white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.6"
_MARK = "background: rgba(214, 137, 16, 0.28); color: inherit; border-bottom: 2px solid #C4670F"
_KEYWORD = "background: rgba(42, 123, 181, 0.22); color: inherit"
_REMOVED = "background: rgba(190, 60, 60, 0.22); color: inherit"
_ADDED = "background: rgba(31, 138, 109, 0.25); color: inherit"


class Mark(NamedTuple):
    """Characters `start` to `end`, and what is said about them."""

    start: int
    end: int
    title: str
    keyword: bool = False


def marked(text: str, marks: Sequence[Mark]) -> None:
    """Draw a text with its marks; where two overlap the first one is drawn."""
    st.html(f'<div style="{_PAPER}">{marked_html(text, marks)}</div>')


def compared(changes: Sequence[Change], *, around: int | None = None) -> None:
    """Draw what was removed, crossed out, and what was added, underlined.

    With `around` only so many letters are shown on either side of what was changed.
    """
    if around is not None:
        changes = [change_near(changes, place, around) for place in range(len(changes))]
    st.html(f'<div style="{_PAPER}">{compared_html(changes)}</div>')


def change_near(changes: Sequence[Change], place: int, around: int) -> Change:
    """The change at `place`; of a stretch that stayed, what is near to others.

    >>> change_near([Change("removed", "x"), Change("same", "a long way to the end")], 1, 6).text
    'a long …'
    """
    change = changes[place]
    if change.what != "same" or len(change.text) <= 2 * around:
        return change
    head = "" if place == 0 else change.text[:around]
    tail = "" if place == len(changes) - 1 else change.text[-around:]
    return replace(change, text=f"{head} … {tail}".strip(" " if not head or not tail else ""))


def marked_html(text: str, marks: Sequence[Mark]) -> str:
    """
    >>> marked_html("a <b> c", [Mark(2, 5, "why")]).replace(_MARK, "…")
    'a <mark style="…" title="why">&lt;b&gt;</mark> c'
    """
    pieces, at = [], 0
    for mark in sorted(marks):
        if mark.start < at or mark.end <= mark.start:
            continue
        look = _KEYWORD if mark.keyword else _MARK
        pieces.append(escape(text[at : mark.start]))
        pieces.append(
            f'<mark style="{look}" title="{escape(mark.title)}">'
            f"{escape(text[mark.start : mark.end])}</mark>"
        )
        at = mark.end
    return "".join([*pieces, escape(text[at:])])


def compared_html(changes: Sequence[Change]) -> str:
    """
    >>> compared_html([Change("same", "a "), Change("added", "<b>")]).replace(_ADDED, "…")
    'a <ins style="…">&lt;b&gt;</ins>'
    """
    looks = {"removed": ("del", _REMOVED), "added": ("ins", _ADDED)}
    pieces = []
    for change in changes:
        words = escape(change.text)
        if change.what != "same":
            tag, look = looks[change.what]
            words = f'<{tag} style="{look}">{words}</{tag}>'
        pieces.append(words)
    return "".join(pieces)
