"""Auto-training for programs: ask, wait, read what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Header, Request, Response
from starlette.responses import JSONResponse

from engine.domain.job import Job, JobState
from engine.engine import Engine
from engine.errors import NoWorker
from engine.jobs.waiting import WORKER_SECONDS, check_ended_well
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import AcceptedBody, AutoTrainBody, AutoTrainRequest, GenresBody
from studio.newcomers import for_user

router = APIRouter(tags=["auto-training"])

POLL_SECONDS = 0.25

ASYNC: dict[int | str, dict[str, Any]] = {
    202: {"model": AcceptedBody, "description": "Under way; only with `respond-async`."}
}


@router.post("/auto-train", response_model=AutoTrainBody, responses=ASYNC)
async def auto_train(
    order: AutoTrainRequest,
    request: Request,
    engine: TheEngine,
    audit: TheAudit,
    prefer: Annotated[list[str] | None, Header(description="`respond-async`: do not wait.")] = None,
) -> Response | AutoTrainBody:
    """Have texts written and scored, keep the good ones, and wait for the end.

    With `Prefer: respond-async` the answer is 202 with the job's id at once. A client that leaves
    early loses nothing: the job goes on.
    """
    job = await anyio.to_thread.run_sync(_begin, engine, order)
    audit("auto_train", order.user_id, job_id=job.id, num_examples=order.num_examples)
    if _wants_async(prefer or ()):
        return accepted(job)
    deadline = anyio.current_time() + WORKER_SECONDS
    while not job.state.is_final and not await request.is_disconnected():
        await anyio.sleep(POLL_SECONDS)
        job = await anyio.to_thread.run_sync(engine.job, order.user_id, job.id)
        is_late = job.state is JobState.QUEUED and anyio.current_time() >= deadline
        if is_late and not await anyio.to_thread.run_sync(engine.has_worker):
            raise NoWorker(job.id)
    return await anyio.to_thread.run_sync(_result, engine, job)


@router.get("/training/genres", response_model=GenresBody)
def genres(engine: TheEngine) -> GenresBody:
    """The genres that can be asked for."""
    names = engine.get_available_training_genres()
    return GenresBody(genres=names, total=len(names))


def _begin(engine: Engine, order: AutoTrainRequest) -> Job:
    start = partial(
        engine.start_auto_train,
        order.user_id,
        order.num_examples,
        order.mix(),
        store_in_memory=order.store_in_memory,
        kind=order.kind,
    )
    return for_user(engine, order.user_id, start)


def _result(engine: Engine, job: Job) -> AutoTrainBody:
    """The closing figures. Raises what a job that did not succeed ended with."""
    result = engine.auto_train_result(job.user_id, job.id)
    check_ended_well(job, kept=result.kept)
    return AutoTrainBody.model_validate(result, from_attributes=True)


def _wants_async(prefer: Sequence[str]) -> bool:
    """RFC 7240: one header or several, preferences separated by commas; each may carry parameters."""
    parts = ",".join(prefer).split(",")
    names = [part.split(";")[0].strip().lower() for part in parts]
    return "respond-async" in names


def accepted(job: Job) -> JSONResponse:
    """202: where the job can be followed."""
    place = f"/api/training/jobs/{job.id}"
    body = AcceptedBody(
        job_id=job.id,
        state=job.state,
        status_url=f"{place}?user_id={job.user_id}",
        events_url=f"{place}/events?user_id={job.user_id}",
    )
    headers = {"Location": body.status_url, "Preference-Applied": "respond-async"}
    return JSONResponse(body.model_dump(mode="json"), status_code=202, headers=headers)
