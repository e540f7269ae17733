"""The dashboard's figures and charts over a whole collection, and what to do next."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from engine.engine import Engine
from engine.overview.growth import GenreGap
from engine.overview.next_step import NextStep, Place
from engine.overview.overview import Board, Figures
from engine.store.growth import Dimension
from studio.web import overview_charts as charts
from studio.web import session
from studio.web.components.evaluated import OUTCOMES, interval
from studio.web.components.style import STYLE_HELP, match_label, match_value
from studio.web.navigation import AUTO_TRAIN, MY_MODEL, WRITE
from studio.web.wording import genre_label, plain

PLACES = {Place.WRITE: WRITE, Place.TEACH: AUTO_TRAIN, Place.VERSIONS: MY_MODEL}
GAIN_HELP = (
    "How much better the active version foretells texts it never saw than the base. Likeness to your "
    "own style stands here once a version was trained on 2,000 words of your own."
)


def show_next_step(step: NextStep) -> None:
    """One sentence, and the link to where it is done."""
    screen = PLACES[step.place]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/arrow_forward: **Next:** {plain(step.sentence)}")
        st.page_link(screen.path, label=screen.title, icon=screen.icon)


def show_figures(figures: Figures) -> None:
    """The four figures, then what lies behind the last two in a sentence each."""
    active, newest = figures.active, figures.newest
    columns = st.columns(4)
    columns[0].metric(
        "Usable examples",
        f"{figures.usable:,}",
        help="Kept, and not written by your own model.",
        border=True,
    )
    median = figures.median_quality
    columns[1].metric(
        f"Median quality, n = {figures.usable:,}",
        "none yet" if median is None else f"{median:.1f} of 10",
        border=True,
    )
    style = figures.style
    if active is not None and style is not None and style.match is not None:
        label, value, explained = match_label(active, style.match), match_value(style), STYLE_HELP
    elif active is not None:
        label = f"Gain of v{active.number}, n = {active.gain.rows}"
        value, explained = f"{active.gain.gain:+.3f} nats/token", GAIN_HELP
    else:
        label, value, explained = "Style match of your model", "the base answers", STYLE_HELP
    columns[2].metric(label, value, help=explained, border=True)
    columns[3].metric(
        f"Last verdict, v{newest.number}" if newest else "Last verdict",
        verdict_word(figures) if newest else "none yet",
        border=True,
    )
    if active is not None:
        st.caption(plain(interval(f"Held-out gain of {active.label} over the base", active.gain)))
    if style is not None:
        st.caption(plain(style.sentence))
    if newest is not None:
        st.caption(plain(f"Verdict on {newest.label}: {newest.verdict}"))


def verdict_word(figures: Figures) -> str:
    """The newest version's verdict in a word or two: what the gate ruled, where it was asked."""
    newest = figures.newest
    assert newest is not None, "there is a verdict only on a version"
    if newest.ruling is not None:
        return OUTCOMES[newest.ruling.outcome].words
    gain = newest.gain_over_active or newest.gain
    return "better" if gain.is_better else "not proved better"


@st.fragment
def show_growth(studio: Engine) -> None:
    """Growth over time, told apart by what one chooses."""
    session.start_with("growth_by", Dimension.GENRE.value)
    by = st.segmented_control(
        "Growth by",
        [each.value for each in Dimension],
        format_func=str.capitalize,
        required=True,
        key=session.widget("growth_by"),
        persist_state="session",
    )
    growth = studio.overview.growth(session.me(), by or Dimension.GENRE.value)
    if not growth.days:
        st.caption("Nothing is kept yet. What you keep shows here day by day.")
        return
    names = ", ".join(
        f"{charts.series_label(growth, each)} {each.totals[-1]:,}" for each in growth.series
    )
    draw(charts.growth_chart(growth), "growth", f"Usable examples over time: {names}")


def show_quality(board: Board, threshold: float) -> None:
    """The spread of scores."""
    if not board.scores.total:
        st.caption("No text has a score yet.")
        return
    used = sum(board.scores.usable)
    draw(
        charts.quality_chart(board.scores, threshold),
        "scores",
        f"Histogram of {board.scores.total:,} scores, {used:,} of them of texts in use",
    )


def show_genres(board: Board) -> None:
    """Genres, and which of them are short."""
    if not sum(board.genres.values()):
        st.caption("No genre has a kept example yet.")
        return
    short = [gap.genre for gap in board.gaps]
    draw(charts.genre_chart(board.genres, short), "genre_counts", "Bars: examples of each genre")
    st.markdown(plain(gap_sentence(board.gaps)))


def gap_sentence(gaps: tuple[GenreGap, ...]) -> str:
    """E.g. `Few beside the others: horror (2, the others have 14 on average).`"""
    if not gaps:
        return "No genre falls far behind the others."
    named = [
        f"{genre_label(gap.genre)} ({gap.count:,}, the others have {gap.average:,.0f} on average)"
        for gap in gaps
    ]
    return f"Few beside the others: {'; '.join(named)}."


def draw(figure: go.Figure, key: str, alt: str) -> None:
    """A chart as the dashboard shows them."""
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})
