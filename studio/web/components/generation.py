"""Steps 3 and 4 of Auto-Train: texts as they are kept, and what came of it."""

from __future__ import annotations

import streamlit as st

from engine.domain.example import Example, RejectedCandidate
from engine.domain.job import JobState
from engine.domain.kind import Kind
from engine.engine import Engine
from engine.views import AutoTrainView
from studio.web import charts, session
from studio.web.components.budget import job_cost
from studio.web.components.errors import show_error, told
from studio.web.components.jobs import bar, cancel_button
from studio.web.components.kinds import text_of
from studio.web.wording import duration, genre_label, plain, shortened

SHOWN = 20
EVERY_SECONDS = 2
FIT, LIST_PIXELS = 6, 460  # so many texts need no scrolling; more get so much room


def generation(studio: Engine, job_id: str) -> None:
    """Live while the job runs; its results once it has ended."""
    running = not studio.auto_train_view(session.me(), job_id, limit=0).job.state.is_final
    draw = st.fragment(show_generation, run_every=EVERY_SECONDS if running else None)
    draw(studio, job_id, was_running=running)


def show_generation(studio: Engine, job_id: str, *, was_running: bool) -> None:
    """One look at the job. When it has just ended the whole page is drawn again."""
    view = studio.auto_train_view(session.me(), job_id, limit=SHOWN)
    if view.job.state.is_final:
        if was_running:
            st.rerun()
        ending(view)
        results(studio, view)
        cost(studio, view)
    else:
        bar(view.job)
        summary = view.summary
        st.caption(
            f"{summary.kept} kept, {summary.rejected} rejected, {summary.failed} without an answer. "
            "It goes on when you leave this page."
        )
        cancel_button(studio, view.job, key=f"cancel/{job_id}")
    texts(view, studio.kinds.find(view.job.request.get("kind", "stories")))


def ending(view: AutoTrainView) -> None:
    """Why it ended, unless it simply finished."""
    if view.job.state is JobState.CANCELLED:
        st.info("It was cancelled. Everything kept so far is safe.", icon=":material/stop_circle:")
    if view.job.state is JobState.FAILED:
        show_error(view.job.error, view.job.error_code, safe="Everything kept so far is safe.")


def cost(studio: Engine, view: AutoTrainView) -> None:
    """What teachers took for it, where they took anything."""
    used = studio.budget.of_job(view.job.user_id, view.job.id)
    if used.calls:
        with told():
            st.caption(plain(job_cost(used, studio.budget.prices.currency)))


def results(studio: Engine, view: AutoTrainView) -> None:
    """Figures and charts of a job that has ended."""
    summary = view.summary
    slots = summary.successful + summary.failed
    if not slots:
        st.caption("Nothing was written.")
        return
    share = f"{summary.successful / slots:.0%}"
    with st.container(horizontal=True, gap="large"):
        st.metric("Answered", f"{share} of {slots}", width="content")
        st.metric("Kept", f"{summary.kept} of {summary.successful}", width="content")
        st.metric("Average quality", f"{summary.average_quality:.2f} of 10", width="content")
        if seconds := view.job.result.get("total_time"):
            st.metric("Time", duration(seconds), width="content")
    if not summary.scores:
        return
    left, right = st.columns(2)
    left.plotly_chart(
        charts.quality_histogram(summary.scores, studio.calibration.threshold(view.job.user_id)),
        key="quality",
        alt=f"Histogram of {len(summary.scores)} scores",
        config={"displayModeBar": False},
    )
    if not any(summary.genre_distribution):
        return
    right.plotly_chart(
        charts.genre_bars(summary.genre_distribution),
        key="genres",
        alt="Bars: texts of each genre",
        config={"displayModeBar": False},
    )


def texts(view: AutoTrainView, kind: Kind) -> None:
    """The newest kept texts; the rejected ones behind a tab, with reasons."""
    many = max(len(view.kept), len(view.rejected)) > FIT
    kept, rejected = st.tabs(
        ["Kept", "Rejected"],
        key=f"texts/{view.job.id}",
        height=LIST_PIXELS if many else "content",
    )
    with kept:
        if not view.kept:
            st.caption("None yet.")
        for example in view.kept:
            text_card(example, kind, "")
        more(len(view.kept), view.summary.kept)
    with rejected:
        st.caption("Stored apart with the reason. They are never trained on.")
        for candidate in view.rejected:
            text_card(candidate, kind, candidate.reason)


def text_card(text: Example | RejectedCandidate, kind: Kind, reason: str) -> None:
    """One text, closed: genre, score and first words; open: all of it."""
    genre = [genre_label(text.genre)] if kind.categories else []
    title = [f"{text.quality.score:.1f}", *genre, shortened(text.completion)]
    with st.expander(plain(" · ".join(title))):
        if reason:
            st.markdown(f"**Rejected:** {plain(reason)}")
        st.caption(plain(text.prompt))
        text_of(kind, text.completion)


def more(shown: int, count: int) -> None:
    """Say when not everything is listed."""
    if count > shown:
        st.caption(f"The newest {shown} of {count}.")
