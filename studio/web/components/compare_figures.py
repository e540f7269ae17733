"""Two models beside each other: the ruling, every figure with what it says, genre by genre."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from engine.domain.evaluation import Figure
from engine.engine import Engine
from engine.evaluation.comparing import Candidate, Compared
from engine.evaluation.measures import (
    MEANINGS,
    Measure,
    difference_sentence,
    finding,
    interval,
    shown,
)
from studio.web.compare_charts import difference_chart
from studio.web.components.evaluated import colour_of, ruling_badge
from studio.web.components.overview import draw
from studio.web.components.quality import part_label
from studio.web.wording import genre_label, moment, plain

COLOURS: dict[str, Literal["green", "orange"]] = {"better": "green", "worse": "orange"}
IN_GENRES = (Measure.QUALITY, Measure.LOSS, Measure.REPETITION)


def show_ruling(found: Compared) -> None:
    """In one sentence: which is better, or that nobody can tell."""
    with st.container(border=True):
        if found.ruling is None:
            st.markdown(
                "A teacher does not tell how surprised it was by your held-out texts, so nothing can "
                "be ruled."
            )
        else:
            ruling_badge(found.ruling)
            st.markdown(plain(found.ruling.sentence))
        st.caption(
            plain(
                f"{found.new.model}, measured {moment(found.new.created_at)}, against "
                f"{found.old.model}, measured {moment(found.old.created_at)}: the same prompts, "
                f"seeds and held-out texts."
            )
        )


def show_figures(found: Compared) -> None:
    """A card for each measure that both have."""
    measures = list(found.beside.differences.measures)
    for start in range(0, len(measures), 2):
        for place, measure in zip(st.columns(2), measures[start : start + 2], strict=False):
            with place:
                card(found, measure)
    if found.beside.differences.parts:
        with st.expander("What the quality is made of", icon=":material/speed:"):
            parts(found)


def card(found: Compared, measure: Measure) -> None:
    """Both values, their difference, and what it says."""
    meaning, difference = MEANINGS[measure], found.beside.differences.measures[measure]
    old, new = found.beside.figures.measures[measure], found.findings.figures.measures[measure]
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{meaning.title}**", width="content")
            found_out = finding(measure, difference)
            st.badge(found_out, color=COLOURS.get(found_out, "gray"))
        left, right = st.columns(2)
        left.metric(plain(found.old.model), f"{shown(measure, old.value)} {meaning.unit}")
        right.metric(
            plain(found.new.model),
            f"{shown(measure, new.value)} {meaning.unit}",
            delta=shown(measure, difference.value, sign="+"),
            delta_color=colour_of(measure, difference),
            delta_arrow="auto" if difference.value else "off",
        )
        st.markdown(plain(difference_sentence(measure, difference)))
        st.caption(plain(f"{meaning.words[0].upper()}{meaning.words[1:]}."))


def show_style(studio: Engine, models: Sequence[Candidate]) -> None:
    """How much each of the versions sounds like its user, where that was measured."""
    said = [
        f"**{plain(each.label)}**: {plain(report.sentence)}"
        for each in models
        if each.version is not None
        and (report := studio.style.style(each.version.user_id, each.version.number)) is not None
    ]
    if said:
        with st.container(border=True):
            st.markdown("**Sounds like you?**")
            st.markdown("\n".join(f"- {each}" for each in said))


def parts(found: Compared) -> None:
    """The parts of the quality, old and new."""
    st.dataframe(
        [
            {
                "Part": part_label(name),
                found.old.model: found.beside.figures.parts[name].value,
                found.new.model: found.findings.figures.parts[name].value,
                "Difference": f"{shown(Measure.QUALITY, figure.value, sign='+')} "
                f"({interval(Measure.QUALITY, figure, sign='+')})",
                "Finding": finding(Measure.QUALITY, figure),
            }
            for name, figure in found.beside.differences.parts.items()
        ],
        hide_index=True,
        column_config={
            model: st.column_config.NumberColumn(format="%.2f")
            for model in (found.old.model, found.new.model)
        },
        alt="Parts of the quality of both models",
    )


def show_genres(found: Compared) -> None:
    """How much each genre changed: quality as dots with intervals, and what else is known in a table."""
    rows = [
        (genre_label(name), each.measures[Measure.QUALITY])
        for name, each in found.beside.by_genre.items()
        if Measure.QUALITY in each.measures
    ]
    if not rows:
        return
    rows.sort(key=lambda row: -row[1].value)
    st.subheader("By genre")
    told = [(name, figure, finding(Measure.QUALITY, figure)) for name, figure in rows]
    draw(
        difference_chart(
            told,
            title=f"Quality, n = {sum(figure.n for _, figure in rows)} answers each",
            unit="Points of 10, new minus old, with 95 % interval",
        ),
        "genres",
        "; ".join(f"{name} {figure.value:+.2f}, {said}" for name, figure, said in told),
    )
    st.dataframe(
        [
            {"Genre": genre_label(name)}
            | {
                f"{MEANINGS[measure].title} ({MEANINGS[measure].unit})": cell(
                    measure, each.measures.get(measure)
                )
                for measure in IN_GENRES
            }
            for name, each in found.beside.by_genre.items()
        ],
        hide_index=True,
        alt="What changed in each genre, new minus old, with intervals and n",
    )
    st.caption(
        "New minus old, with 95 % intervals. With few prompts a genre, one of eight may look better or "
        "worse by chance alone."
    )


def cell(measure: Measure, figure: Figure | None) -> str:
    """E.g. `+0.42 (+0.05 to +0.80), n = 8`."""
    if figure is None:
        return ""
    value, low, high = (
        shown(measure, each, sign="+") for each in (figure.value, figure.low, figure.high)
    )
    return f"{value} ({low} to {high}), n = {figure.n}"
