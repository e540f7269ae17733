"""Training jobs: make, start, follow, cancel, stop with what there is, go on."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from engine.domain.job import Job, JobState
from engine.domain.two_phase import Input
from engine.engine import Engine
from engine.jobs import desk, going_on
from engine.jobs.events import latest
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import (
    AutoTrainJobRequest,
    JobBody,
    JobError,
    JobId,
    JobsBody,
    ProgressBody,
    TrainingJobRequest,
    TwoPhaseJobRequest,
    UsageBody,
    UserQuery,
)
from studio.newcomers import for_user

router = APIRouter(prefix="/api/training/jobs", tags=["jobs"])

WAITING = (JobState.CREATED, JobState.QUEUED)

Order = Annotated[
    AutoTrainJobRequest | TrainingJobRequest | TwoPhaseJobRequest, Body(discriminator="kind")
]


@router.post("", response_model=JobBody, status_code=201)
def create(order: Order, engine: TheEngine, audit: TheAudit, response: Response) -> JobBody:
    """Make a job. It waits in the state `created` until it is started."""
    if isinstance(order, TrainingJobRequest):
        job = desk.create_training(
            engine, order.user_id, order.recipe, config=order.config, kind=order.task_kind
        )
    elif isinstance(order, TwoPhaseJobRequest):
        create_two_phase = partial(
            engine.two_phase.create,
            order.user_id,
            [Input(text) for text in order.inputs],
            kind=order.task_kind,
            **order.settings(),
        )
        job = for_user(engine, order.user_id, create_two_phase)
    else:
        job = desk.create_auto_train(
            engine,
            order.user_id,
            order.num_examples,
            order.mix(),
            store_in_memory=order.store_in_memory,
            kind=order.task_kind,
        )
    audit("create_job", order.user_id, job_id=job.id, kind=job.kind.value)
    response.headers["Location"] = f"{router.prefix}/{job.id}?user_id={job.user_id}"
    return job_body(engine, job)


@router.get("", response_model=JobsBody)
def list_jobs(
    engine: TheEngine,
    user_id: UserQuery,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> JobsBody:
    """The user's jobs, newest first."""
    jobs = engine.store.jobs.list(user_id, limit, offset=offset, created=True)
    total = engine.store.jobs.count(user_id, created=True)
    return JobsBody(jobs=[job_body(engine, job) for job in jobs], total=total)


@router.get("/{job_id}", response_model=JobBody)
def get(job_id: JobId, engine: TheEngine, user_id: UserQuery) -> JobBody:
    """One job with its progress, metrics and place in the queue."""
    return job_body(engine, engine.job(user_id, job_id))


@router.post("/{job_id}/start", response_model=JobBody)
def start(job_id: JobId, engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> JobBody:
    """Queue a created job."""
    job = desk.start(engine, user_id, job_id)
    audit("start_job", user_id, job_id=job_id)
    return job_body(engine, job)


@router.post("/{job_id}/cancel", response_model=JobBody)
def cancel(job_id: JobId, engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> JobBody:
    """Cancel a job that waits, or ask a running one to stop. What it kept stays.

    A job that has ended is left as it is.
    """
    job = engine.cancel(user_id, job_id)
    audit("cancel_job", user_id, job_id=job_id)
    return job_body(engine, job)


@router.post("/{job_id}/stop", response_model=JobBody)
def stop(job_id: JobId, engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> JobBody:
    """End a running training after its present step and keep its best weights as a version."""
    job = going_on.stop(engine, user_id, job_id)
    audit("stop_training", user_id, job_id=job_id)
    return job_body(engine, job)


@router.post("/{job_id}/resume", response_model=JobBody, status_code=201)
def resume(
    job_id: JobId,
    engine: TheEngine,
    audit: TheAudit,
    response: Response,
    user_id: UserQuery,
    fork: Annotated[
        bool, Query(description="Go on although threads, libraries or the processor have changed.")
    ] = False,
) -> JobBody:
    """Queue a new training that goes on where a cancelled or failed one stood."""
    job = going_on.resume(engine, user_id, job_id, fork=fork)
    audit("resume_training", user_id, job_id=job.id, of=job_id, fork=str(fork))
    response.headers["Location"] = f"{router.prefix}/{job.id}?user_id={job.user_id}"
    return job_body(engine, job)


def job_body(engine: Engine, job: Job) -> JobBody:
    """A job as programs see it."""
    now = latest(engine.store, job)
    return JobBody(
        job_id=job.id,
        user_id=job.user_id,
        kind=job.kind,
        state=job.state,
        stage=job.stage,
        cancel_requested=job.cancel_requested,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        request=job.request,
        progress=ProgressBody.model_validate(now.progress),
        metrics=now.metrics,
        cost=UsageBody.model_validate(engine.budget.of_job(job.user_id, job.id)),
        jobs_ahead=engine.store.jobs.ahead(job) if job.state in WAITING else None,
        result=job.result if job.state is JobState.SUCCEEDED else None,
        error=JobError(code=job.error_code, message=job.error) if job.error_code else None,
    )
