"""Synthetic data: have the prompts of templates written, scored and kept."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, JSONResponse

from engine.data.templates import TemplateOrder
from engine.domain.export import Selection, Which
from engine.domain.job import JobState
from studio.api.context import TheAudit, TheEngine
from studio.api.routers.auto_train import accepted
from studio.api.routers.exports import file_of
from studio.api.schemas import AcceptedBody, JobId, UserId, UserQuery
from studio.newcomers import for_user

router = APIRouter(prefix="/api/training/synthetic-data", tags=["data"])

NOBODY = "default"


class SyntheticDataRequest(TemplateOrder):
    """Templates with {placeholders}, and how their prompts are to be answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "user_id": "anna",
                "template_prompts": ["Write a {genre} story about {who} in {place}."],
                "values": {"who": ["a judge", "a cook"]},
                "generation_config": {
                    "num_samples": 4,
                    "temperature": 0.7,
                    "max_tokens": 300,
                    "quality_filter": True,
                },
                "output_format": "jsonl",
            }
        }
    )
    user_id: UserId = Field(default=NOBODY, description="Absent: the name `default`.")


class SyntheticDataBody(BaseModel):
    """What came of an order, so far or in the end."""

    job_id: str
    state: JobState
    requested: int
    accepted: int = Field(description="Became examples.")
    rejected: int
    failed: int = Field(description="No answer after retries.")
    average_quality: float = Field(description="Mean score, 0-10, of those with an answer.")
    total_time: float = Field(description="Seconds.")
    output_format: str
    file_url: str | None = Field(description="What was accepted; null while that is nothing.")


@router.post("", status_code=202, response_model=AcceptedBody)
def order(wanted: SyntheticDataRequest, engine: TheEngine, audit: TheAudit) -> JSONResponse:
    """Have the templates' prompts written. It goes on by itself; the answer says where to look."""
    plain = TemplateOrder.model_validate(wanted.model_dump(exclude={"user_id"}))
    job = for_user(engine, wanted.user_id, lambda: engine.templates.start(wanted.user_id, plain))
    audit("synthetic_data", wanted.user_id, job_id=job.id, num=job.request["num_examples"])
    return accepted(job)


@router.get("/{job_id}", response_model=SyntheticDataBody)
def result(job_id: JobId, engine: TheEngine, user_id: UserQuery) -> SyntheticDataBody:
    """The figures of an order."""
    found = engine.templates.result(user_id, job_id)
    place = f"{router.prefix}/{job_id}/file?user_id={user_id}"
    return SyntheticDataBody(
        job_id=job_id,
        state=engine.job(user_id, job_id).state,
        **vars(found),
        file_url=place if found.accepted else None,
    )


@router.get("/{job_id}/file", response_class=FileResponse)
def file(job_id: JobId, engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> FileResponse:
    """What was accepted, in the order's `output_format`; a zip where that has several files."""
    found = engine.templates.result(user_id, job_id)
    audit("export", user_id, job_id=job_id, format=found.output_format)
    selection = Selection(which=Which.ALL, job_id=job_id)
    return file_of(engine, user_id, found.output_format, selection)
