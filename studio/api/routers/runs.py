"""One training as a whole: curve, pace, health, samples."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine.domain.job import JobState
from engine.overview.curves import Point
from engine.overview.run_report import RunReport
from engine.training.health import Trouble
from studio.api.context import TheEngine
from studio.api.schemas import JobId, UserQuery

router = APIRouter(prefix="/api/training/jobs", tags=["jobs"])


class PointBody(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    step: int
    value: float


class FindingBody(BaseModel):
    """One thing that is wrong."""

    model_config = ConfigDict(from_attributes=True)
    trouble: Trouble
    sentence: str
    advice: str


class SampleBody(BaseModel):
    """What was answered to a fixed prompt of the validation part after an epoch."""

    model_config = ConfigDict(from_attributes=True)
    step: int
    epoch: float
    prompt: str
    text: str
    seconds: float = Field(description="What writing it took.")


class RunBody(BaseModel):
    """One training, as it is now. Curves are thinned; losses are nats per answer token."""

    job_id: str
    user_id: str
    state: JobState
    recipe: str
    base_model: str
    version: int | None = Field(description="The number it was registered under.")
    step: int
    total_steps: int
    steps_per_second: float | None
    runtime_seconds: float = Field(description="Of training, without pauses.")
    seconds_left: float | None = Field(description="Of training, at most; null while not known.")
    train_loss: list[PointBody]
    validation_loss: list[PointBody]
    figures: dict[str, list[PointBody]] = Field(
        description="learning_rate, gradient_norm, tokens_per_second, memory_mb."
    )
    best: PointBody | None = Field(description="The lowest validation loss so far.")
    peak_memory_mb: float | None
    healthy: bool
    findings: list[FindingBody]
    samples: list[SampleBody]
    notes: list[str]


@router.get("/{job_id}/run", response_model=RunBody)
def get_run(job_id: JobId, engine: TheEngine, user_id: UserQuery) -> RunBody:
    """A training's curves, pace, health and samples; not found until it has begun."""
    return run_body(engine.overview.run(user_id, job_id))


def run_body(report: RunReport) -> RunBody:
    """A training as programs see it."""
    curve = report.curve
    return RunBody(
        job_id=report.run.id,
        user_id=report.run.user_id,
        state=report.job.state,
        recipe=report.run.recipe,
        base_model=report.run.base_model,
        version=report.line.version,
        step=curve.last.step if curve else 0,
        total_steps=report.run.total_steps,
        steps_per_second=report.pace.steps_per_second,
        runtime_seconds=report.pace.seconds,
        seconds_left=report.pace.seconds_left,
        train_loss=points(curve.training if curve else ()),
        validation_loss=points(curve.validation if curve else ()),
        figures={name: points(each) for name, each in report.figures.items()},
        best=PointBody.model_validate(curve.best) if curve and curve.best else None,
        peak_memory_mb=report.peak_memory_mb,
        healthy=report.is_well,
        findings=[FindingBody.model_validate(each) for each in report.findings],
        samples=[SampleBody.model_validate(each) for each in report.samples],
        notes=list(report.run.notes),
    )


def points(shown: Sequence[Point]) -> list[PointBody]:
    return [PointBody.model_validate(point) for point in shown]
