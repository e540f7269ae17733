"""Step 5 of Auto-Train: how far the next training is, and the training while it runs."""

from __future__ import annotations

import streamlit as st

from engine.autotrain.readiness import Readiness
from engine.domain.job import Job, JobState
from engine.engine import Engine
from engine.jobs import going_on
from engine.training.errors import ResumeRefused
from engine.views import TrainingView
from studio.web import charts, session
from studio.web.components.errors import show_error, told
from studio.web.components.jobs import bar, cancel_button
from studio.web.components.left_out import left_out_line
from studio.web.wording import duration, plain

EVERY_SECONDS = 2
FORK = "The same settings, on this machine as it is now. The weights may differ from what they would be."

# What a stage means, by how the job names it.
STAGES = (
    ("Freezing", "The training set is frozen: a list of examples that will not change any more."),
    ("Preparing", "The base model is made ready. The first time on a machine this takes longer."),
    ("Training", "Small weights beside the base learn from your examples."),
    ("Measuring", "The result and the base are measured on examples they never saw."),
    ("Registering", "The result becomes a version."),
    ("Comparing", "Base and version answer the same prompts, for you to compare."),
)


def show_readiness(ready: Readiness) -> None:
    """The bar on the scale 10, 50, 100, and what it means in a sentence."""
    st.plotly_chart(
        charts.readiness_bar(ready.examples, ready.train_at),
        key="readiness",
        alt=f"{ready.examples} new kept examples on a scale of 10, 50 and 100",
        config={"displayModeBar": False},
    )
    st.markdown(plain(readiness_sentence(ready)))
    if ready.variants:
        st.caption(f"{ready.variants:,} variants join the training; no count includes them.")


def readiness_sentence(ready: Readiness) -> str:
    """E.g. `38 of 50, 12 to go, or train now`."""
    if not ready.can_train:
        missing = ready.needed - ready.total
        return (
            f"A training needs at least {ready.needed} kept examples and there are {ready.total}: "
            f"{missing} missing."
        )
    if not ready.train_at:
        return f"{ready.examples} new examples, {ready.total} in all. Train whenever you like."
    so_far = f"{ready.examples} of {ready.train_at}"
    if ready.has_enough and ready.until_next:
        return (
            f"{so_far}: enough, but the last training came to nothing. The next starts by itself "
            f"after {ready.until_next} more, or train now on all {ready.total}."
        )
    if ready.until_next:
        return (
            f"{so_far}, {ready.until_next} to go until a training starts by itself, or train now on "
            f"all {ready.total}."
        )
    return f"{so_far}: enough. Train now on all {ready.total}."


def train_button(studio: Engine, ready: Readiness) -> None:
    """A recipe, with its sentence, and one click; what keeps it from starting is told."""
    said = {card.name: card.description for card in studio.trainings.recipes()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        recipe = st.selectbox("Recipe", list(said), key="recipe", width=180)
        st.caption(plain(said[recipe]))
    preferred = studio.trainings.preferences(session.me(), recipe)
    label = f"Train my model on {ready.total} examples"
    if preferred is not None:
        label = f"Train my model on {preferred.count} {preferred.learns.value}"
        if preferred.missing:
            st.info(preferred.missing, icon=":material/thumbs_up_down:")
    lacks = preferred is not None and bool(preferred.missing)
    if st.button(label, type="primary", icon=":material/model_training:", disabled=lacks):
        with told():
            studio.start_training(session.me(), recipe)
            session.notice("Queued. It goes on when you leave this page.")
            st.rerun()


def training(studio: Engine, job: Job) -> None:
    """Live while the job runs; how it ended afterwards."""
    running = not job.state.is_final
    draw = st.fragment(show_training, run_every=EVERY_SECONDS if running else None)
    draw(studio, job.id, was_running=running)


def show_training(studio: Engine, job_id: str, *, was_running: bool) -> None:
    """One look at the training. When it has just ended the whole page is drawn again."""
    view = studio.training_view(session.me(), job_id)
    if view.job.state.is_final:
        if was_running:
            st.rerun()
        ending(view)
        going_on_buttons(studio, view.job, became_version=view.version is not None)
    else:
        bar(view.job)
        stages(view.job)
        with st.container(horizontal=True):
            cancel_button(studio, view.job, key=f"cancel/{job_id}")
            stop_button(studio, view.job)
    if view.run is not None:
        left_out_line(studio.store.snapshots.report(session.me(), view.run.snapshot_id))
    if view.steps:
        curve(view)


def ending(view: TrainingView) -> None:
    """How the training ended."""
    if view.job.state is JobState.CANCELLED:
        st.info("It was cancelled. Your examples are safe.", icon=":material/stop_circle:")
    elif view.job.state is JobState.FAILED:
        show_error(view.job.error, view.job.error_code, safe="Your examples are safe.")
    elif view.version is not None:
        st.success(f"{plain(view.version.label)} is trained.", icon=":material/verified:")
    if view.run is not None:
        for note in view.run.notes:
            st.caption(plain(note))


def stop_button(studio: Engine, job: Job) -> None:
    """While it trains: end it now and make its best weights a version."""
    if job.cancel_requested or job.stop_requested or not job.stage.startswith("Training"):
        return
    if st.button("Stop and keep the best", key=f"stop/{job.id}", icon=":material/check_circle:"):
        with told():
            going_on.stop(studio, job.user_id, job.id)
            session.notice("It ends after its present step; its best weights become a version.")
            st.rerun()


def going_on_buttons(studio: Engine, job: Job, *, became_version: bool) -> None:
    """After a cancel or a failure: go on from the newest checkpoint, as it was or as things are now."""
    if job.state not in going_on.ENDED or became_version:
        return
    with st.container(horizontal=True):
        resumed = st.button("Resume", key=f"resume/{job.id}", icon=":material/play_arrow:")
        forked = job.error_code == ResumeRefused.code and st.button(
            "Fork: go on as things are now",
            key=f"fork/{job.id}",
            icon=":material/fork_right:",
            help=FORK,
        )
    if resumed or forked:
        with told():
            going_on.resume(studio, job.user_id, job.id, fork=bool(forked))
            session.notice("Queued. It goes on from the newest checkpoint.")
            st.rerun()


def stages(job: Job) -> None:
    """One sentence for each stage; the one at work stands out."""
    names = [name for name, _ in STAGES]
    now = next((place for place, name in enumerate(names) if job.stage.startswith(name)), -1)
    for place, (_, sentence) in enumerate(STAGES):
        icon = "check" if place < now else "play_arrow" if place == now else "schedule"
        line = f":material/{icon}: {sentence}"
        st.markdown(f"**{line}**" if place == now else line)


def curve(view: TrainingView) -> None:
    """The loss by step, with speed and memory."""
    total = view.run.total_steps if view.run else 0
    st.plotly_chart(
        charts.loss_curve(view.steps, total),
        key="loss",
        alt="Lines: training and validation loss by step",
        config={"displayModeBar": False},
    )
    speeds = [step.tokens_per_second for step in view.steps if step.tokens_per_second]
    with st.container(horizontal=True, gap="large"):
        if speeds:
            st.metric("Speed", f"{speeds[-1]:,.0f} tokens/s", width="content")
        st.metric("Memory", f"{view.steps[-1].memory_mb:,.0f} MB", width="content")
        st.metric("Epoch", f"{view.steps[-1].epoch:.1f}", width="content")
        if view.run and view.run.train_seconds:
            st.metric("Time", duration(view.run.train_seconds), width="content")
