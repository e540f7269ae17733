"""Evaluations: have a model measured, and read what came of it as JSON or Markdown."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from engine.evaluation.findings import as_json
from engine.evaluation.markdown import as_markdown
from studio.api.context import TheAudit, TheEngine
from studio.api.routers.auto_train import accepted
from studio.api.schemas import AcceptedBody, Body, UserId, UserQuery

router = APIRouter(prefix="/api/training", tags=["evaluations"])

ID = r"^[0-9a-f]{32}$"
EvaluationId = Annotated[str, Path(pattern=ID, description="As its job's result names it.")]
MODEL = "base, a version's number, teacher, or the name of a provider."
Model = Annotated[str, Path(min_length=1, max_length=60, description=MODEL, examples=["base"])]


class EvaluateRequest(Body):
    """Who asks, and what is measured beside the model, on what."""

    model_config = ConfigDict(json_schema_extra={"example": {"user_id": "anna", "rival": "base"}})
    user_id: UserId
    rival: str | None = Field(
        None, min_length=1, max_length=60, description=f"Measured on the same set: {MODEL}"
    )
    benchmark: str | None = Field(
        None, min_length=1, max_length=60, description="Absent: the user's frozen set."
    )


class EvaluationBody(BaseModel):
    """One model, measured once."""

    id: str
    model: str
    benchmark: str | None = Field(description="null: the frozen set.")
    set_sha256: str = Field(description="Two with the same can be compared in pairs.")
    seed: int
    answers: int
    held_out_rows: int
    created_at: datetime


class EvaluationsBody(BaseModel):
    evaluations: list[EvaluationBody]
    total: int = Field(description="How many there are, on all pages.")


class FindingsBody(EvaluationBody):
    """All that an evaluation says. A figure has `value`, `low`, `high` (95 % interval), `n`, `sentence`."""

    figures: dict[str, dict[str, Any]]
    parts: dict[str, dict[str, Any]] = Field(description="Of the quality, 0-10.")
    by_genre: dict[str, dict[str, Any]]
    rival: dict[str, Any] | None = Field(
        description="Its own figures, and `differences`: new minus old, this model being the new one."
    )
    samples: list[dict[str, Any]] = Field(description="Some answers from all over the set.")


PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/markdown": {}}, "description": "Markdown with `format=markdown`."}
}


@router.post("/evaluate/{model}", response_model=AcceptedBody, status_code=202)
def evaluate(
    model: Model, order: EvaluateRequest, engine: TheEngine, audit: TheAudit
) -> JSONResponse:
    """Have a model measured. It goes on by itself; the job's result has `evaluation_id`."""
    job = engine.evaluations.measure(
        order.user_id, model, rival=order.rival, benchmark=order.benchmark
    )
    audit("evaluate", order.user_id, job_id=job.id, model=model)
    return accepted(job)


@router.get("/evaluations", response_model=EvaluationsBody)
def list_evaluations(
    engine: TheEngine,
    user_id: UserQuery,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> EvaluationsBody:
    """What was measured for the user, newest first."""
    found, total = engine.evaluations.page(user_id, limit=limit, offset=offset)
    listed = [EvaluationBody(**asdict(each)) for each in found]
    return EvaluationsBody(evaluations=listed, total=total)


@router.get("/evaluations/{evaluation_id}", response_model=FindingsBody, responses=PAGE)
def findings(
    evaluation_id: EvaluationId,
    engine: TheEngine,
    user_id: UserQuery,
    rival: Annotated[
        str | None, Query(pattern=ID, description="Another evaluation of the same set.")
    ] = None,
    format: Annotated[Literal["json", "markdown"], Query()] = "json",
) -> FindingsBody | Response:
    """All that was found, each figure with its interval, alone or beside another evaluation."""
    found = engine.evaluations.findings(user_id, evaluation_id, rival)
    if format == "markdown":
        return Response(as_markdown(found), media_type="text/markdown; charset=utf-8")
    return FindingsBody.model_validate(as_json(found))
