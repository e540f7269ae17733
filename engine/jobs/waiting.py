"""Waiting for a job that another process runs: its end, and what a bad end means for the caller."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.domain.job import Job, JobKind, JobState
from engine.errors import Cancelled, JobFailed, NoWorker

OnProgress = Callable[[Job], object]

POLL_SECONDS = 0.2
# A worker that is being started needs some seconds for its imports.
WORKER_SECONDS = 30.0

NAMES = {
    JobKind.AUTO_TRAIN: "Auto-training",
    JobKind.TRAINING: "The training",
    JobKind.IMPORT: "The import",
    JobKind.SYNTHESIS: "Writing from templates",
    JobKind.TWO_PHASE: "The two-phase training",
    JobKind.AUGMENT: "Rewording",
    JobKind.EVALUATION: "The evaluation",
}


def quietly(job: Job) -> None:
    """Nobody watches."""


def wait_for_end(
    read: Callable[[], Job],
    on_progress: OnProgress,
    has_worker: Callable[[], bool],
) -> Job:
    """Read the job until its state is final; `on_progress` gets it at first and at each change.

    Raises `NoWorker` when it is still queued after WORKER_SECONDS and nobody would run it.
    """
    started = time.monotonic()
    seen: Job | None = None
    while True:
        job = read()
        if job != seen:
            on_progress(job)
            seen = job
        if job.state.is_final:
            return job
        waited = time.monotonic() - started
        if job.state is JobState.QUEUED and waited >= WORKER_SECONDS and not has_worker():
            raise NoWorker(job.id)
        time.sleep(POLL_SECONDS)


def check_ended_well(job: Job, *, kept: int = 0) -> None:
    """Raise what a job that did not succeed ended with, `Cancelled` or `JobFailed`; both carry the
    job's id and how many examples it `kept`."""
    if job.state is JobState.CANCELLED:
        raise Cancelled(NAMES[job.kind], job_id=job.id, kept=kept)
    if job.state is JobState.FAILED:
        raise JobFailed(job.error_code, job.error, job_id=job.id, kept=kept)
