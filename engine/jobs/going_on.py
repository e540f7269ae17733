"""A training that is stopped with what it has, or gone on with after it was cancelled or failed."""

from __future__ import annotations

from engine.domain.job import Job, JobKind, JobState
from engine.domain.run import Run
from engine.engine import Engine
from engine.errors import InvalidInput, WrongState
from engine.training.errors import NothingToResume

ENDED = (JobState.FAILED, JobState.CANCELLED)


def stop(engine: Engine, user_id: str, job_id: str) -> Job:
    """Have a running training end after its present step: the best weights so far become the version.

    Raises `NotFound`, `WrongState`, and `InvalidInput` for a job of another kind.
    """
    _training(engine, user_id, job_id)
    return engine.store.jobs.request_stop(user_id, job_id)


def resume(engine: Engine, user_id: str, job_id: str, *, fork: bool = False) -> Job:
    """Queue a new training that goes on where a cancelled or failed one stood.

    It ends with the weights that the old one would have had. A `fork` goes on with the same settings in
    another environment, and may end with others. Raises `NotFound`, `WrongState`, `InvalidInput` and
    `NothingToResume`.
    """
    job = _training(engine, user_id, job_id)
    if job.state not in ENDED:
        raise WrongState("training", job.state.value, "resume", [state.value for state in ENDED])
    run = _run(engine, job)
    if run is not None and run.version_id is not None:
        raise NothingToResume("its weights are a version already")
    going_on = engine.store.jobs.active(user_id)
    if any(each.request.get("resumes") == job_id for each in going_on):
        raise NothingToResume("another training goes on from it at this moment")
    request = {key: each for key, each in job.request.items() if key not in ("resumes", "fork")}
    if run is not None:
        request |= {"snapshot_id": run.snapshot_id, "resumes": job_id, "fork": fork}
    queued = engine.store.jobs.create(user_id, JobKind.TRAINING, request)
    engine.enqueue(queued)
    return queued


def _training(engine: Engine, user_id: str, job_id: str) -> Job:
    job = engine.job(user_id, job_id)
    if job.kind is not JobKind.TRAINING:
        raise InvalidInput("job", "is not a training: only a training is stopped or resumed")
    return job


def _run(engine: Engine, job: Job) -> Run | None:
    return next((run for run in engine.store.runs.list(job.user_id) if run.id == job.id), None)
