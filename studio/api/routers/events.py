"""A job's events over a WebSocket: what comes, what came since the last connection, and the end.

Every message is JSON with `id`, `event` and `jobId`. Ids never go down. `jobState` tells what is so now
and repeats the id before it; every other event has an id of its own, and a reader that reconnects with
`?last_event_id=` gets all that came after it. The socket closes after the event that ends the job.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from engine.domain.job import Job, JobState
from engine.engine import Engine
from engine.jobs import desk
from engine.jobs.events import JobHistory
from studio.api.context import TheEngine
from studio.api.door import PROTOCOL
from studio.api.schemas import JobId, UserQuery

router = APIRouter()

POLL_SECONDS = 0.25
UNSUPPORTED_CLOSE = 1003
LARGEST_ID = 2**53 - 1  # a number that JavaScript still reads exactly


@router.websocket("/api/training/jobs/{job_id}/events")
async def events(
    socket: WebSocket,
    job_id: JobId,
    engine: TheEngine,
    user_id: UserQuery,
    last_event_id: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
) -> None:
    # Asked before the socket is accepted, so that a wrong id is refused with a proper status.
    await anyio.to_thread.run_sync(engine.job, user_id, job_id)
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    async with anyio.create_task_group() as tasks:

        async def deliver() -> None:
            await _deliver(socket, engine, user_id, job_id, last_event_id)
            tasks.cancel_scope.cancel()

        tasks.start_soon(deliver)
        await _listen(socket)
        tasks.cancel_scope.cancel()


async def _listen(socket: WebSocket) -> None:
    """Return when the reader leaves. It has nothing to say: a message from it ends the socket."""
    try:
        message = await socket.receive()
    except WebSocketDisconnect:
        return
    if message["type"] == "websocket.receive":
        await socket.close(UNSUPPORTED_CLOSE)


async def _deliver(
    socket: WebSocket, engine: Engine, user_id: str, job_id: str, last_id: int
) -> None:
    state: dict[str, Any] = {}
    while True:
        look = partial(desk.watch, engine, user_id, job_id, after=last_id)
        seen = await anyio.to_thread.run_sync(look)
        if state != (state := job_state(seen.job)):
            await socket.send_json({"id": last_id, "event": "jobState"} | state)
        for message in messages(seen):
            await socket.send_json(message)
            last_id = max(last_id, message["id"])
        if seen.job.state.is_final:
            await socket.close()
            return
        await anyio.sleep(POLL_SECONDS)


def job_state(job: Job) -> dict[str, Any]:
    """What is so now, in the words of the events."""
    return {
        "jobId": job.id,
        "state": job.state.value,
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "cancelRequested": job.cancel_requested,
    }


def messages(seen: JobHistory) -> list[dict[str, Any]]:
    """The events as JSON; the one that ends the job carries its result or error."""
    job = seen.job
    found: list[dict[str, Any]] = [
        {
            "id": event.id,
            "event": event.name,
            "jobId": job.id,
            "progress": asdict(event.progress),
            "metrics": event.metrics,
        }
        for event in seen.events
    ]
    if job.state is JobState.SUCCEEDED:
        found[-1]["result"] = job.result
    elif job.state is JobState.FAILED:
        found[-1]["error"] = {"code": job.error_code, "message": job.error}
    return found
