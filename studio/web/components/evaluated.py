"""How a version was measured, on its card: what the gate ruled, on which figures, and the way to more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import streamlit as st

from engine.domain.evaluation import Comparison, Figure, LossGain, Outcome, Ruling
from engine.domain.version import Student, Version
from engine.engine import Engine
from engine.evaluation.frozen_set import SEED
from engine.evaluation.measures import MEANINGS, Better, Measure, difference_sentence, finding
from engine.registry.gate import change
from studio.web import session
from studio.web.components.left_out import left_out_line, show_left_out
from studio.web.components.style import style_report
from studio.web.navigation import COMPARE
from studio.web.wording import moment, plain


class Look(NamedTuple):
    """How an outcome is told: in a word or two, with an icon and a colour of Streamlit's."""

    words: str
    icon: str
    colour: Literal["green", "orange", "gray"]


OUTCOMES = {
    Outcome.PROMOTED: Look("promoted", ":material/trending_up:", "green"),
    Outcome.KEPT: Look("old one kept", ":material/block:", "orange"),
    Outcome.TOO_CLOSE: Look("too close to tell", ":material/balance:", "gray"),
}


def badges(studio: Engine, version: Version) -> None:
    """What the gate ruled, and whether use showed harm since."""
    if version.ruling is not None:
        ruling_badge(version.ruling)
    taken = studio.store.watched.latest(version.user_id, version.student)
    if taken is not None and taken.version_id == version.id:
        st.badge("taken back by itself", icon=":material/undo:", color="red")


def ruling_badge(ruling: Ruling) -> None:
    look = OUTCOMES[ruling.outcome]
    st.badge(look.words, icon=look.icon, color=look.colour)


def evaluation_report(studio: Engine, version: Version) -> None:
    """The verdict, what it rests on, and the way to the whole comparison."""
    st.markdown(plain(version.verdict))
    figures(studio, version)
    if version.ruling is not None:
        ruled_on(version.ruling)
    style_report(studio, version)
    can_answer = version.student is Student.ZEGA and version.quarantined_at is None
    if can_answer and st.button(
        "Compare with the one before", key=f"compare/{version.number}", icon=COMPARE.icon
    ):
        session.compare(version.id)
        st.switch_page(COMPARE.path)


def figures(studio: Engine, version: Version) -> None:
    """The few figures that everybody asks for, then gains with their intervals."""
    gain = version.gain
    report = studio.store.snapshots.report(version.user_id, version.snapshot_id)
    with st.container(horizontal=True, gap="large"):
        st.metric("Made", moment(version.created_at), width="content")
        st.metric("Examples", f"{report.rows:,}", width="content")
        st.metric(
            f"Held-out loss, n = {gain.rows}",
            f"{gain.after:.3f}",
            delta=f"{gain.after - gain.before:+.3f} against the base",
            delta_color=colour_of(Measure.LOSS, loss_change(gain)),
            help="How surprised the model is by texts it never saw, in nats per token. "
            "Lower is better.",
            width="content",
        )
    st.caption(plain(interval("Gain over the base", gain)))
    if version.gain_over_active is not None:
        st.caption(plain(interval("Gain over the version before", version.gain_over_active)))
    if version.overlap:
        st.caption(overlap_line(version.overlap))
    left_out_line(report)
    show_left_out(studio, report)


def ruled_on(ruling: Ruling) -> None:
    """What else the gate looked at, new minus old."""
    for measure, figure in (
        (Measure.QUALITY, ruling.quality),
        (Measure.REPETITION, ruling.repetition),
    ):
        if figure.n:
            st.caption(plain(difference_sentence(measure, figure)))


def colour_of(measure: Measure, difference: Figure) -> Literal["normal", "inverse", "off"]:
    """Green and red only where the interval says so."""
    if finding(measure, difference) not in ("better", "worse"):
        return "off"
    return "inverse" if MEANINGS[measure].better is Better.LOWER else "normal"


def loss_change(gain: LossGain) -> Figure:
    """After minus before: the gain turned round."""
    return Figure(-gain.gain, -gain.high, -gain.low, gain.rows)


def quality_change(pairs: Sequence[Comparison]) -> Figure:
    """What the scores gained, with its interval over prompts."""
    return _change(tuple((pair.quality_before, pair.quality_after) for pair in pairs))


@st.cache_data(max_entries=256, show_spinner=False)
def _change(scores: tuple[tuple[float, float], ...]) -> Figure:
    return change(scores, seed=SEED)


def overlap_line(overlap: Mapping[str, Mapping[str, float]]) -> str:
    """How much of texts it never saw its answers had, before and after."""
    before, after = overlap["before"], overlap["after"]
    return (
        f"Held-out texts: ROUGE-L {before['rouge_l']:.1f} → {after['rouge_l']:.1f}, chrF "
        f"{before['chrf']:.1f} → {after['chrf']:.1f} of 100 (n = {after['rows']:.0f})."
    )


def interval(label: str, gain: LossGain) -> str:
    """A gain with its 95 % interval."""
    return (
        f"{label}: {gain.gain:+.3f} nats per token "
        f"(95 % interval {gain.low:+.3f} to {gain.high:+.3f}, n = {gain.rows})."
    )
