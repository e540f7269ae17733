"""One two-phase training from its request to the new version. Each stage may be repeated after a kill."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any

from engine.domain.job import Job, JobState
from engine.domain.two_phase import TwoPhaseSettings
from engine.engine import Engine
from engine.errors import Cancelled
from engine.jobs.attempt import Attempt
from engine.jobs.waiting import check_ended_well
from engine.quality.judge import rate
from engine.training.run import take_snapshot
from engine.two_phase.models import CHOSEN, Found, find_model, teaching
from engine.two_phase.phase_one import PhaseOne
from engine.two_phase.request import settings_of

FOLLOW_SECONDS = 0.5
# The share of the training part that reworded variants may make up.
AUGMENTED = 0.3


def run_two_phase(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """Write until the target is accepted, then train on what was; the figures of both phases.

    Raises `Cancelled`, `NotEnoughExamples` when too little was accepted for a training, the
    teacher's error when it stays away, and `JobFailed` with what ended phase 2.
    """
    settings, phases = settings_of(job.request), engine.store.two_phases
    if phases.get(job.id).training_job_id is None:
        _phase_one(engine, job, settings, attempt)
    state, accepted = phases.get(job.id), phases.count(job.id).accepted
    result: dict[str, Any] = {
        "accepted": accepted,
        "target_summaries": settings.target_summaries,
        "teacher": state.teacher,
        "student": state.student,
        "notices": list(state.notices),
    }
    if not settings.two_phase_training:
        return result
    training = _follow(engine, job, _begin_training(engine, job, settings, attempt), attempt)
    check_ended_well(training, kept=accepted)
    return result | {"training_job_id": training.id} | training.result


def _phase_one(engine: Engine, job: Job, settings: TwoPhaseSettings, attempt: Attempt) -> None:
    store, kind = engine.store, engine.kinds.get(job.request["kind"])
    store.jobs.progress(job.id, stage="Looking for the models")
    found = _find_models(engine, job, settings)
    served = engine.settings.base_model
    own_server = found is not None and found.settings.base_model != served
    places = engine.settings.generation_slots
    if found is None:
        places = engine.teachers.in_flight(job.user_id)
    phase = PhaseOne(
        store,
        job,
        settings,
        kind,
        partial(teaching, engine, job.user_id, job.id, found, attempt.cancelled),
        lambda text, asked: rate(engine.scorer, kind, text, prompt=asked.prompt, genre=asked.genre),
        threshold=engine.calibration.threshold(job.user_id),
        in_flight=settings.batch_size if own_server else min(settings.batch_size, places),
        cancelled=attempt.cancelled,
    )
    phase.run()


def _find_models(engine: Engine, job: Job, settings: TwoPhaseSettings) -> Found | None:
    """The model that writes, None for the user's own teacher; both models are noted on the job."""
    phases = engine.store.two_phases
    if settings.summary_model_name == CHOSEN:
        found, teacher = None, engine.teachers.called(job.user_id) or "the built-in base"
    else:
        found = find_model(engine.settings_now, settings.summary_model_name, "write")
        teacher = found.name
    student = find_model(engine.settings_now, settings.training_model_name, "learn")
    phases.update(job.id, teacher=teacher, student=student.name)
    for each in (found, student):
        if each is not None and each.notice:
            phases.add_notice(job.id, each.notice)
    return found


def _begin_training(engine: Engine, job: Job, settings: TwoPhaseSettings, attempt: Attempt) -> Job:
    """The job of phase 2 on a frozen set of what was accepted, made once. Raises `NotEnoughExamples`."""
    store, threshold = engine.store, engine.calibration.threshold(job.user_id)
    training_id = store.two_phases.get(job.id).training_job_id
    if training_id is not None:
        return store.jobs.get(training_id)
    store.jobs.progress(job.id, stage="Freezing what was accepted")
    rules = engine.training_rules
    accepted = {each.id for each in store.two_phases.accepted(job.id, threshold=threshold)}
    if settings.data_augmentation:
        engine.augmentation.save(
            job.user_id,
            AUGMENTED,
            which=lambda example: example.id in accepted,
            cancelled=attempt.cancelled,
        )
    snapshot = take_snapshot(
        store,
        job.user_id,
        threshold=threshold,
        min_examples=engine.settings.min_examples,
        rules=replace(rules, most_augmented=AUGMENTED if settings.data_augmentation else 0.0),
        which=lambda example: example.id in accepted,
        cancelled=attempt.cancelled,
    )
    request = {
        "recipe": settings.recipe,
        "changes": {
            "epochs": settings.training_epochs,
            "learning_rate": settings.learning_rate,
            "max_length": settings.max_length,
        },
        "snapshot_id": snapshot.id,
        "base_model": find_model(
            engine.settings_now, settings.training_model_name, "learn"
        ).settings.base_model,
        "two_phase": job.id,
    }
    training = store.two_phases.begin_training(job.id, request)
    engine.enqueue(training)
    return training


def _follow(engine: Engine, job: Job, training: Job, attempt: Attempt) -> Job:
    """The job of phase 2 once it has ended. A cancelled parent takes it along."""
    jobs, shown = engine.store.jobs, None
    while True:
        training = jobs.get(training.id)
        if training.state.is_final:
            break
        now = (training.stage, training.done, training.total)
        if now != shown:
            stage = training.stage or "waiting for its turn to train"
            jobs.progress(
                job.id, stage=f"Phase 2: {stage}", done=training.done, total=training.total
            )
            shown = now
        if attempt.cancelled():
            jobs.request_cancel(job.user_id, training.id)
        time.sleep(FOLLOW_SECONDS)
    if attempt.cancelled() and training.state is not JobState.SUCCEEDED:
        raise Cancelled("The two-phase training")
    return training
