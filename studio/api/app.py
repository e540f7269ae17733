"""The REST API: one FastAPI application with full paths, behind one guard."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from engine.engine import Engine
from studio.api.door import Door
from studio.api.errors import HANDLED, ErrorBody, answer
from studio.api.routers import (
    arena,
    auto_train,
    automation,
    benchmarks,
    budget,
    decontamination,
    docs,
    erasure,
    evaluations,
    events,
    exports,
    feedback,
    health,
    imports,
    jobs,
    keywords,
    lineage,
    runs,
    statistics,
    synthetic_data,
    versions,
)
from studio.api.token import needs_token, token_of, where_token_is

DESCRIPTION = """\
Have texts written and scored, train `zega-<user_id>` on the good ones, follow it live.

- Every error is JSON of one form: `code`, `message`, `action`, `details`.
- Follow a job over the WebSocket `/api/training/jobs/{job_id}/events?user_id=…&last_event_id=…`.
- Where the studio can be reached from outside this machine, every request needs
  `Authorization: Bearer <token>`.
"""

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": description}
    for status, description in {
        401: "No valid token, where one is needed.",
        403: "A host or a page that is not the studio's.",
        404: "Not there, or not this user's.",
        409: "Not possible in the state it is in.",
        413: "The body is too large.",
        422: "A field is off; nothing was done.",
        429: "Too many requests; `Retry-After` says how long to wait.",
        500: "Something went wrong inside; the log says what.",
        503: "A part that is needed does not run.",
    }.items()
}


def create_api(engine: Engine) -> FastAPI:
    """The application over this engine."""
    settings = engine.settings
    api = FastAPI(
        title="ZEGA Studio",
        version="1.0",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=ERRORS,
    )
    api.state.engine = engine
    where_token_is(settings)  # made now, so that its owner finds it before the first request
    api.add_middleware(Door, always=needs_token(settings), token=lambda: token_of(settings))
    for error in HANDLED:
        api.add_exception_handler(error, answer)
    for each in (
        auto_train,
        jobs,
        runs,
        events,
        statistics,
        versions,
        evaluations,
        benchmarks,
        arena,
        automation,
        budget,
        decontamination,
        lineage,
        erasure,
        exports,
        imports,
        feedback,
        synthetic_data,
        keywords,
        health,
        docs,
    ):
        api.include_router(each.router)
    return api
