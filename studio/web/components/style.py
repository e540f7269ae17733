"""Sounds like you: how near a version comes to its user's own writing, on its card."""

from __future__ import annotations

import streamlit as st

from engine.domain.evaluation import Figure
from engine.domain.style import MOST_COPIED, Certainty, Copied, Habit, StyleReport
from engine.domain.version import Version
from engine.engine import Engine
from studio.web.wording import plain

STYLE_HELP = (
    "How its answers use function words, punctuation and long and short words, whatever they are "
    "about. 0 is the untrained base on the same prompts, 100 your own text that it never saw."
)


def style_report(studio: Engine, version: Version) -> None:
    """What was measured of a version's style; nothing where nobody has looked."""
    report = studio.style.style(version.user_id, version.number)
    if report is None:
        return
    with st.expander("Sounds like you?", icon=":material/record_voice_over:"):
        st.markdown(plain(report.sentence))
        if report.match is not None:
            st.metric(match_label(version, report.match), match_value(report), help=STYLE_HELP)
        if report.habits:
            st.markdown("**What differs most between you and it**")
            st.markdown("\n".join(f"- {plain(habit_line(each))}" for each in report.habits))
        if report.copied is not None:
            if report.copied.is_flagged:
                st.warning(plain(copied_line(report.copied)))
            else:
                st.caption(plain(copied_line(report.copied)))


def match_label(version: Version, match: Figure) -> str:
    return f"Style match of v{version.number}, n = {match.n} samples"


def match_value(report: StyleReport) -> str:
    """E.g. `43 of 100`, or that it is rough."""
    assert report.match is not None, "there is a value only of a match"
    rough = ", rough" if report.certainty is Certainty.ROUGH else ""
    return f"{report.match.value:.0f} of 100{rough}"


def habit_line(habit: Habit) -> str:
    """E.g. `Words in a sentence: you 21.3 (18.9 to 24.0, n = 33), it 14.2 (…), the base 12.0 (…).`"""
    name = habit.name[0].upper() + habit.name[1:]
    return (
        f"{name}: you {with_interval(habit.own)}, it {with_interval(habit.version)}, "
        f"the base {with_interval(habit.base)}."
    )


def with_interval(figure: Figure) -> str:
    return f"{figure.value:.1f} ({figure.low:.1f} to {figure.high:.1f}, n = {figure.n})"


def copied_line(copied: Copied) -> str:
    """What it took over word by word, and what to do about too much of it."""
    said = (
        f"The longest span that its answers ({copied.words:,} words) share with what it was trained "
        f"on has {copied.longest} words; {copied.share:.1%} of their runs of eight words stand there."
    )
    if copied.is_flagged:
        said += f" More than {MOST_COPIED} words are copied, not written: train on more text."
    return said
