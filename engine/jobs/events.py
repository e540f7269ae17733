"""What happened to a job, as events that can be read again: they are worked out from its rows.

Ids only grow and mean the same after a restart, so a reader names the last event it has and gets what
came after. A training has an event for each logged step, an auto-training one that counts its recorded
slots; the last event of either carries the end. Steps that a resumed training does again come
once. Who delivers events is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.domain.job import Job, JobKind, JobState
from engine.domain.run import Run, Step
from engine.errors import NotFound
from engine.store import Store
from engine.training.errors import InvalidConfig
from engine.training.recipe import config_of

# Rows of steps over which the speed of a training is taken.
RECENT_ROWS = 40

PREFIX = {
    JobKind.AUTO_TRAIN: "generation",
    JobKind.TRAINING: "training",
    JobKind.IMPORT: "import",
    JobKind.AUGMENT: "augment",
    JobKind.EVALUATION: "evaluation",
    JobKind.SYNTHESIS: "generation",
    JobKind.TWO_PHASE: "twoPhase",
}
# Whose progress is a number that grows.
COUNTED = (JobKind.IMPORT, JobKind.AUGMENT, JobKind.EVALUATION)
ENDINGS = {
    JobState.SUCCEEDED: "Completed",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Cancelled",
}


@dataclass(frozen=True)
class Progress:
    """How far a job is. Epochs are those of a training; `estimated_remaining` is in milliseconds and
    None while nothing was measured."""

    done: int
    total: int
    current_epoch: int | None = None
    total_epochs: int | None = None
    estimated_remaining: int | None = None


@dataclass(frozen=True)
class JobEvent:
    """One event. `metrics` are figures: losses in nats a token, memory in MB, scores 0-10."""

    id: int
    name: str
    progress: Progress
    metrics: dict[str, float | int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class JobHistory:
    """The job as it is now and its events after some id, oldest first."""

    job: Job
    events: list[JobEvent]


def history(store: Store, job: Job, after: int = 0) -> JobHistory:
    """Events beyond the id `after`; a job that has ended always gives its last one."""
    now = datetime.now(UTC)
    events = EVENTS.get(job.kind, _generation_events)(store, job, after, now)
    if job.state.is_final:
        last = latest(store, job)
        ending = PREFIX[job.kind] + ENDINGS[job.state]
        events.append(JobEvent(_last_id(store, job), ending, last.progress, last.metrics))
    return JobHistory(job, events)


def latest(store: Store, job: Job) -> JobEvent:
    """Progress and metrics as they are now, without an id of its own (0)."""
    now = datetime.now(UTC)
    if job.kind.fills_slots or job.kind is JobKind.TWO_PHASE:
        return JobEvent(0, "", _generation_progress(job, now), _generation_metrics(store, job))
    if job.kind in COUNTED:
        return JobEvent(0, "", _generation_progress(job, now))
    run = _run(store, job)
    steps = store.runs.newest_steps(run.id, RECENT_ROWS) if run else []
    if run is None or not steps:
        return JobEvent(0, "", Progress(0, run.total_steps if run else 0))
    evaluation = store.runs.newest_evaluation(run.id)
    metrics: dict[str, float | int | None] = {}
    for step in [*([evaluation] if evaluation else []), *steps]:
        metrics |= _figures(step)
    return JobEvent(0, "", _training_progress(run, steps, _epochs(job)), metrics)


# Auto-training: the id is the number of recorded slots.


def _generation_events(store: Store, job: Job, after: int, now: datetime) -> list[JobEvent]:
    metrics = _generation_metrics(store, job)
    recorded = int(metrics["successful"] or 0) + int(metrics["failed"] or 0)
    if recorded <= after:
        return []
    progress = _generation_progress(job, now)
    return [JobEvent(recorded, "generationProgress", progress, metrics)]


def _generation_metrics(store: Store, job: Job) -> dict[str, float | int | None]:
    summary = store.outcomes.summary(job.id)
    return {
        "successful": summary.successful,
        "failed": summary.failed,
        "kept": summary.kept,
        "rejected": summary.rejected,
        "average_quality": round(summary.average_quality, 2),
    }


def _generation_progress(job: Job, now: datetime) -> Progress:
    seconds = job.seconds_left(now)
    remaining = None if seconds is None else _milliseconds(seconds)
    return Progress(job.done, job.total, estimated_remaining=remaining)


# Import, rewording, evaluation: the id is the number of rows, prompts or answers that are there.


def _counted_events(store: Store, job: Job, after: int, now: datetime) -> list[JobEvent]:
    if job.done <= after:
        return []
    return [JobEvent(job.done, f"{PREFIX[job.kind]}Progress", _generation_progress(job, now))]


# Training: the id counts both rows of a step, its training row before its validation row.


def _training_events(store: Store, job: Job, after: int, now: datetime) -> list[JobEvent]:
    run = _run(store, job)
    if run is None:
        return []
    epochs = _epochs(job)
    metrics: dict[str, float | int | None] = {}
    events = []
    steps = store.runs.steps(run.id, after=after // 2 - RECENT_ROWS)
    for place, step in enumerate(steps):
        metrics = metrics | _figures(step)
        if _step_id(step) > after:
            progress = _training_progress(run, steps[: place + 1][-RECENT_ROWS:], epochs)
            events.append(JobEvent(_step_id(step), "trainingProgress", progress, metrics))
    return events


def _step_id(step: Step) -> int:
    return 2 * step.step + 1 + step.is_validation


def _training_progress(run: Run, recent: Sequence[Step], epochs: int | None) -> Progress:
    first, last = recent[0], recent[-1]
    remaining = None
    if last.step > first.step and run.total_steps:
        a_step = (last.at - first.at).total_seconds() / (last.step - first.step)
        remaining = _milliseconds(a_step * (run.total_steps - last.step))
    return Progress(
        done=last.step,
        total=run.total_steps,
        current_epoch=max(1, math.ceil(last.epoch)),
        total_epochs=epochs,
        estimated_remaining=remaining,
    )


def _figures(step: Step) -> dict[str, float | int | None]:
    """What a row of a step says; a training and a validation row say different things."""
    given = {
        "train_loss": step.loss,
        "validation_loss": step.validation_loss,
        "learning_rate": step.learning_rate,
        "tokens_per_second": step.tokens_per_second,
        "memory_mb": step.memory_mb,
    }
    return {name: value for name, value in given.items() if value is not None}


def _epochs(job: Job) -> int | None:
    """How many passes the training's recipe allows; None when that recipe is not there any more."""
    try:
        return config_of(job.request).hyperparameters.epochs
    except (NotFound, InvalidConfig):
        return None


def _run(store: Store, job: Job) -> Run | None:
    """The run of a training's job, once there is one."""
    try:
        return store.runs.get(job.id)
    except NotFound:
        return None


def _last_id(store: Store, job: Job) -> int:
    """The id of the last event: above every one that can come before."""
    if job.kind is JobKind.TWO_PHASE:
        return len(store.outcomes.done(job.id)) + 1
    if job.kind.fills_slots:
        return int(job.request["num_examples"]) + 1
    if job.kind in COUNTED:
        return max(job.done, job.total) + 1
    run = _run(store, job)
    steps = store.runs.newest_steps(run.id, 1) if run else []
    furthest = max((run.total_steps if run else 0, *(step.step for step in steps)))
    return 2 * furthest + 3


EVENTS = {
    JobKind.TRAINING: _training_events,
    **dict.fromkeys(COUNTED, _counted_events),
}


def _milliseconds(seconds: float) -> int:
    return max(0, round(1000 * seconds))
