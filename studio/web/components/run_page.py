"""One training: how far, how fast, whether it goes well, its curves, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.domain.job import JobState
from engine.domain.run import Sample
from engine.engine import Engine
from engine.overview.run_report import RunReport
from engine.store.curves import RunLine
from studio.web import session
from studio.web.components.errors import show_error
from studio.web.components.jobs import stage_of
from studio.web.components.overview import draw
from studio.web.components.prose import prose
from studio.web.components.runs import csv_button, run_labels
from studio.web.components.training import going_on_buttons, stop_button
from studio.web.overview_charts import PALETTE, loss_overlay
from studio.web.run_charts import Kept, figures_chart
from studio.web.wording import duration, plain

EVERY_SECONDS = 4
NONE_YET = "none yet"
# Two beside each other on a telephone, five in a wide window, each below the one before.
METRIC_PIXELS = 170


def choose_run(runs: Sequence[RunLine]) -> str:
    """The training to look at: the one in the address, at first the newest."""
    labels = run_labels(runs)
    session.choose_run(list(labels))
    chosen: str = st.selectbox(
        "Training",
        list(labels),
        format_func=labels.__getitem__,
        key=session.widget("run"),
        on_change=session.remember_run,
        persist_state="session",
    )
    return chosen


def live_run(studio: Engine, run_id: str, runs: Sequence[RunLine]) -> None:
    """The training, redrawn every few seconds while it runs, and others to lay over it."""
    line = next(run for run in runs if run.id == run_id)
    others = [run for run in runs if run.id != run_id]
    beside = lay_over(run_id, run_labels(others)) if others else []
    running = not line.state.is_final
    draw_it = st.fragment(show_run, run_every=EVERY_SECONDS if running else None)
    draw_it(studio, Followed(studio, session.me(), run_id, beside), was_running=running)


def lay_over(run_id: str, labels: dict[str, str]) -> list[str]:
    """The trainings to be drawn over this one."""
    return st.multiselect(
        "Lay others over it",
        list(labels),
        format_func=labels.__getitem__,
        max_selections=len(PALETTE) - 1,
        key=session.widget(f"beside/{run_id}"),
        persist_state="session",
        placeholder="Choose one or several",
    )


class Followed:
    """A training and those laid over it, look by look, with charts that stay while nothing is new."""

    def __init__(self, studio: Engine, user: str, run_id: str, beside: Sequence[str]) -> None:
        self.ids = [run_id, *beside]
        self.run = studio.overview.follow_run(user, run_id)
        self.beside = studio.overview.follow_curves(user, beside)
        self.losses = Kept(lambda *curves: loss_overlay(curves))
        self.figures = Kept(lambda report: figures_chart(report.figures))


def show_run(studio: Engine, followed: Followed, *, was_running: bool) -> None:
    """One look at it. When it has just ended the whole page is drawn again, and stays."""
    report = followed.run.look()
    if was_running and report.job.state.is_final:
        st.rerun()
    show_state(studio, report)
    show_health(report)
    if report.curve is None:
        st.caption("Nothing is logged yet: the first step comes within a minute of the start.")
        return
    show_figures(report)
    curves = [report.curve, *followed.beside.look()]
    labels = ", ".join(curve.run.label for curve in curves)
    draw(followed.losses(*curves), "losses", f"Training and validation loss by step of {labels}")
    st.caption("Solid: training. Dashed: validation. Star: the lowest validation loss so far.")
    figures = followed.figures(report)
    if figures is not None:
        draw(figures, "figures", "Learning rate, gradient norm, speed and memory by step")
    csv_button(studio, followed.ids)
    show_samples(report)


def show_state(studio: Engine, report: RunReport) -> None:
    """What it is, what it does now or how it ended, what was noted on the way, and what can be done."""
    run, job = report.run, report.job
    what = f"Recipe {run.recipe} on {run.base_model}, batch of {run.batch_size}"
    match job.state:
        case JobState.FAILED:
            told = bool(report.findings)
            show_error(job.error, job.error_code, safe="Your examples are safe.", advice=not told)
            now = "failed"
        case JobState.CANCELLED:
            now = "cancelled; your examples are safe"
        case JobState.SUCCEEDED:
            now = f"done, became {report.line.label}" if report.line.version else "done"
        case _:
            now = stage_of(job)
    st.caption(plain(f"{what}: {now}."))
    for note in run.notes:
        st.caption(plain(note))
    if not job.state.is_final:
        stop_button(studio, job)
    going_on_buttons(studio, job, became_version=report.line.version is not None)


def show_health(report: RunReport) -> None:
    """Everything that is wrong, with what to do; else that nothing is."""
    for finding in report.findings:
        with st.container(gap="xxsmall"):
            lines = (f"**{plain(finding.sentence)}**", plain(finding.advice))
            st.warning("  \n".join(lines), icon=":material/health_and_safety:")
    if report.is_well and report.curve is not None:
        evaluations = len(report.curve.validation)
        st.caption(
            f":material/check_circle: Nothing wrong was found in {report.curve.steps:,} steps and "
            f"{evaluations:,} evaluations."
        )


def show_figures(report: RunReport) -> None:
    """Where it stands, in figures."""
    assert report.curve is not None, "figures are drawn once there is a step"
    last, best, pace = report.curve.last, report.curve.best, report.pace
    total = report.run.total_steps
    left = None if report.job.state.is_final else pace.seconds_left
    figures = {
        "Step": f"{last.step:,} of {total:,}" if total else f"{last.step:,}",
        "Epoch": f"{last.epoch:.1f}",
        "Runtime": duration(pace.seconds),
        "Time left, at most": duration(left) if left is not None else NONE_YET,
        "Best validation loss": f"{best.value:.3f}, step {best.step:,}" if best else NONE_YET,
        "Speed": f"{last.tokens_per_second:,.0f} tokens/s" if last.tokens_per_second else NONE_YET,
        "Memory, highest": f"{report.peak_memory_mb or 0:,.0f} MB",
        "Gradient norm": NONE_YET
        if report.gradient_norm is None
        else f"{report.gradient_norm:.2f}",
    }
    if report.job.state.is_final:
        del figures["Time left, at most"]
    with st.container(horizontal=True, gap="small"):
        for label, value in figures.items():
            st.metric(label, value, width=METRIC_PIXELS)


def show_samples(report: RunReport) -> None:
    """What it answers to the same prompts, the newest epoch first."""
    st.subheader("Samples")
    if not report.samples:
        ended = report.job.state.is_final
        st.caption(
            "No samples were taken." if ended else "It answers a few prompts after each epoch."
        )
        return
    share = (
        "" if report.sample_share is None else f" They took {report.sample_share:.1%} of its time."
    )
    st.caption(f"The same prompts after each epoch, from texts it does not train on.{share}")
    steps = sorted({sample.step for sample in report.samples}, reverse=True)
    show_epoch([sample for sample in report.samples if sample.step == steps[0]])
    if steps[1:]:
        with st.expander(f"Earlier epochs, n = {len(steps) - 1}", icon=":material/history:"):
            for step in steps[1:]:
                show_epoch([sample for sample in report.samples if sample.step == step])


def show_epoch(samples: Sequence[Sample]) -> None:
    """The answers of one epoch."""
    st.markdown(f"**Epoch {samples[0].epoch:.1f}, step {samples[0].step:,}**")
    for sample in samples:
        with st.container(border=True, gap="xsmall"):
            st.caption(plain(sample.prompt))
            prose(sample.text or "(an empty answer)")
