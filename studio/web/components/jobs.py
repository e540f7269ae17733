"""Jobs that are waiting or running: what, how far, how long, and a way to stop them."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from engine.domain.job import Job, JobKind, JobState
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told
from studio.web.wording import plain, time_left

NAMES = {
    JobKind.AUTO_TRAIN: "Auto-training",
    JobKind.TRAINING: "Training",
    JobKind.IMPORT: "Import",
    JobKind.SYNTHESIS: "Writing from templates",
    JobKind.AUGMENT: "Rewording",
    JobKind.EVALUATION: "Evaluation",
    JobKind.TWO_PHASE: "Two-phase training",
}
# Why a job is there that nobody asked for, by `Job.started_by`.
BY_ITSELF = {
    "threshold": "Started by itself: enough new examples.",
    "schedule": "Started by itself: the daily schedule.",
}


@st.fragment(run_every=3)
def job_chips(studio: Engine) -> None:
    """A chip for each of the user's active jobs, kept up to date."""
    user = session.user()
    if user is None:
        return
    for job in studio.active_jobs(user):
        with st.container(border=True, gap="xsmall"):
            bar(job, title=NAMES[job.kind])
            cancel_button(studio, job, key=f"chip/{job.id}")


def bar(job: Job, *, title: str = "") -> None:
    """Progress with stage, share and time left. The stage is our own sentence, not a user's."""
    share = min(1.0, job.done / job.total) if job.total else 0.0
    stage = stage_of(job)
    parts = [
        "" if stage.startswith(title) else title,
        stage,
        f"{share:.0%}" if job.total else "",
        time_left(job.seconds_left(datetime.now(UTC))),
    ]
    st.progress(share, text=plain(" · ".join(part for part in parts if part)))
    if job.started_by in BY_ITSELF:
        st.caption(BY_ITSELF[job.started_by])


def stage_of(job: Job) -> str:
    """What the job does now, in a few words."""
    if job.cancel_requested:
        return "stopping"
    if job.state is JobState.QUEUED:
        return "waiting for its turn"
    return job.stage or "starting"


def cancel_button(studio: Engine, job: Job, *, key: str) -> None:
    """Ask the job to stop; what it kept stays."""
    if job.cancel_requested:
        return
    if st.button("Cancel", key=key, icon=":material/stop_circle:"):
        with told():
            studio.cancel(job.user_id, job.id)
            session.notice("Stopping. Everything kept so far is safe.")
            st.rerun()
