"""What a worker does for a job, from its row to its final state. Knows nothing of queues.

Everything may be repeated: a job whose process was killed is simply run again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from engine.autotrain.run import run_auto_train
from engine.cancelling import unless_cancelled
from engine.data.augmentation.teacher import reword
from engine.data.synthesis import run_synthesis
from engine.domain.example import Example
from engine.domain.job import Job, JobKind
from engine.domain.version import Student
from engine.engine import Engine
from engine.errors import Cancelled, EngineError
from engine.jobs.attempt import (
    MAX_ATTEMPTS,
    Attempt,
    last_words,
    progress_of,
    written,
)
from engine.jobs.comparison import compare_and_rule, compare_answers
from engine.jobs.evaluation import evaluate
from engine.jobs.style import measure_style
from engine.serving.base import prepare_base
from engine.training.endings import is_disk_full
from engine.training.errors import DiskFull, Parked, RunTakenOver
from engine.training.old_checkpoints import make_room
from engine.training.process import TrainingProcess
from engine.training.recipe import config_of
from engine.training.run import run_training
from engine.two_phase.room import room_for
from engine.two_phase.run import run_two_phase
from models.errors import ModelError

log = logging.getLogger(__name__)

Work = Callable[[Engine, Job, Attempt], dict[str, Any]]


class Surprise(EngineError):
    """What nobody has thought of; the log has it, and people get no details that may be secret."""

    code = "internal_error"

    def __init__(self) -> None:
        super().__init__(
            "Something went wrong inside the studio; its log says what. "
            "Everything kept so far is safe."
        )


class Runner:
    """Runs jobs by id and keeps track of those that are running."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: set[str] = set()
        self._choosing = threading.Lock()
        self._trainer = TrainingProcess(stays=self._training_waits)

    def take_turn(self, kind: JobKind) -> None:
        """Run the job of this kind whose turn it is, if there is one."""
        # Two turns at once must not be given to one job.
        with self._choosing:
            job_id = self._engine.store.workload.next(kind, besides=tuple(self._running))
            if job_id is None:
                return
            self._running.add(job_id)
        try:
            self.run(job_id)
        finally:
            self._running.discard(job_id)

    def run(self, job_id: str) -> None:
        """Take a job to a final state. One that has one already is left as it is."""
        store, home = self._engine.store, self._engine.settings.home
        jobs = store.jobs
        job = jobs.get(job_id)
        if job.state.is_final:
            return
        progress = progress_of(store, home, job)
        if job.cancel_requested:
            jobs.cancelled(job_id)
        elif job.attempts >= MAX_ATTEMPTS and progress <= job.progress:
            self._park(job)
        else:
            self._running.add(job_id)
            try:
                self._attempt(jobs.start(job_id, progress=progress))
            finally:
                self._running.discard(job_id)

    def forgive(self) -> None:
        """This process is asked to end: what it is running is not to blame for that."""
        for job_id in tuple(self._running):
            self._engine.store.jobs.reset_attempts(job_id)

    def _training_waits(self) -> bool:
        running = tuple(self._running)
        return self._engine.store.workload.next(JobKind.TRAINING, besides=running) is not None

    def _attempt(self, job: Job) -> None:
        jobs = self._engine.store.jobs
        attempt = Attempt(self._engine.store, job, self._trainer)
        log.info("job %s (%s): attempt %d", job.id, job.kind.value, job.attempts)
        try:
            result = WORK[job.kind](self._engine, job, attempt)
        except Cancelled:
            ended = written(lambda: jobs.cancelled(job.id))
        except RunTakenOver as error:  # how it ends is for its new owner to say
            log.warning("job %s: %s", job.id, error)
            return
        except (EngineError, ModelError) as error:
            log.warning("job %s failed: %s", job.id, error)
            ended = written(partial(jobs.fail, job.id, error.code, str(error)))
        except Exception as error:
            log.exception("job %s failed", job.id)
            said: EngineError = DiskFull() if is_disk_full(error) else Surprise()
            ended = written(partial(jobs.fail, job.id, said.code, str(said)))
        else:
            ended = written(lambda: jobs.succeed(job.id, result))
        log.info("job %s: %s", job.id, ended.state.value)

    def _park(self, job: Job) -> None:
        words = last_words(self._engine.settings.home, job)
        parked = Parked(f"ended {job.attempts} times", words)
        self._engine.store.jobs.fail(job.id, parked.code, str(parked))


def auto_train(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """Fill the plan's slots."""
    settings, teachers = engine.settings, engine.teachers
    threshold = engine.calibration.threshold(job.user_id)
    return run_auto_train(
        engine.store,
        engine.scorer,
        # Every member's answer is scored apart, so nothing is ranked here. No student stands in.
        teachers.model_for(job.user_id, len, job_id=job.id, give_up=attempt.cancelled),
        engine.kinds.get(job.request.get("kind", "stories")),
        job,
        threshold=threshold,
        train_at=engine.automation.train_at(job.user_id),
        min_examples=settings.min_examples,
        in_flight=teachers.in_flight(job.user_id),
        retry_seconds=0.0,
        cancelled=attempt.cancelled,
        second_opinion=engine.judging.second_opinion(
            job.user_id, threshold=threshold, job_id=job.id, give_up=attempt.cancelled
        ),
    )


def train(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """Train a version, then let it take over from its rival if that is proved."""
    settings, config = engine.settings, config_of(job.request)
    engine.trainings.check(config, held_mb=attempt.trainer.held_mb() if attempt.trainer else 0)
    named = job.request.get("base_model") or config.model.base_model or settings.base_model
    base = engine.settings_now.model_copy(update={"base_model": named})
    rules, share = engine.training_rules, config.training_data.augmentation
    if share is not None and "snapshot_id" not in job.request:
        engine.store.jobs.progress(job.id, stage="Making variants")
        engine.augmentation.save(job.user_id, share, cancelled=attempt.cancelled)
        rules = replace(rules, most_augmented=share)
    tidy = partial(make_room, engine.store, settings.home, settings.checkpoints_mb)
    engine.store.jobs.progress(job.id, stage="Removing old checkpoints")
    unless_cancelled(tidy, attempt.cancelled)
    with room_for(engine, job, attempt.cancelled) as cancelled:
        version = run_training(
            engine.store,
            settings.home,
            job.id,
            job.user_id,
            config=config,
            threshold=engine.calibration.threshold(job.user_id),
            min_examples=settings.min_examples,
            load_base=lambda: unless_cancelled(lambda: prepare_base(base), cancelled),
            cancelled=cancelled,
            snapshot_id=job.request.get("snapshot_id"),
            which=of_kind(job.request.get("kind")),
            rules=rules,
            checkpoints=Path(settings.checkpoints_dir) if settings.checkpoints_dir else None,
            resumes=job.request.get("resumes"),
            fork=job.request.get("fork", False),
            stop_asked=attempt.stop_asked,
            process=attempt.trainer,
        )
    unless_cancelled(tidy, attempt.cancelled)
    result: dict[str, Any] = {
        "version_id": version.id,
        "version": version.number,
        "verdict": version.verdict,
    }
    if version.student is Student.T5:
        if not version.comparisons:
            compare_answers(engine, version)
        return result
    if version.ruling is None:
        result |= compare_and_rule(engine, job, version, config, attempt)
    if "comparison_error" not in result:
        measure_style(engine, job, version, attempt)
    return result


def of_kind(name: str | None) -> Callable[[Example], bool]:
    """Whether an example is of a kind; each is where none is named."""
    return lambda example: name is None or example.kind == name


def auto_train_and_remember(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """An auto-training whose kept texts go into the user's memory, where that was asked for.

    However it ends, and again after a kill: a text that is remembered already stays once.
    """
    try:
        return auto_train(engine, job, attempt)
    finally:
        if job.request.get("store_in_memory"):
            engine.memory.remember_kept(job.user_id, job.id)


def synthesize(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """Have an order's prompts answered."""
    teachers = engine.teachers
    return run_synthesis(
        engine.store,
        engine.scorer,
        teachers.model_for(job.user_id, len, job_id=job.id, give_up=attempt.cancelled),
        engine.kinds.get(job.request["kind"]),
        job,
        threshold=engine.calibration.threshold(job.user_id),
        in_flight=teachers.in_flight(job.user_id),
        cancelled=attempt.cancelled,
    )


def take_in(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """Take the files of an import in."""
    return engine.imports.run(job, cancelled=attempt.cancelled)


def augment(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
    """Have the teacher reword prompts of kept examples."""
    teachers, jobs = engine.teachers, engine.store.jobs
    jobs.progress(job.id, stage="Rewording prompts")
    return reword(
        engine.store,
        engine.augmentation,
        teachers.model_for(job.user_id, len, job_id=job.id, give_up=attempt.cancelled),
        job.user_id,
        share=job.request["share"],
        in_flight=teachers.in_flight(job.user_id),
        cancelled=attempt.cancelled,
        on_done=lambda done, total: jobs.progress(job.id, done=done, total=total),
    )


WORK: dict[JobKind, Work] = {
    JobKind.AUTO_TRAIN: auto_train_and_remember,
    JobKind.TRAINING: train,
    JobKind.IMPORT: take_in,
    JobKind.SYNTHESIS: synthesize,
    JobKind.TWO_PHASE: run_two_phase,
    JobKind.AUGMENT: augment,
    JobKind.EVALUATION: evaluate,
}
