"""Whether the studio's parts work, and what was collected."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from engine.domain.job import JobState
from engine.engine import Engine
from engine.memory.address import is_up
from engine.serving.model_server import is_healthy
from studio.api.context import TheEngine

router = APIRouter(tags=["health"])

COLLECTING = "Active - Collecting Training Data"

Up = Literal["up", "down"]


class DataCollector(BaseModel):
    """Every successful answer becomes an example by itself; these are everybody's."""

    available: bool
    status: str = Field(examples=[COLLECTING])
    total_examples: int
    last_updated: datetime | None


class Parts(BaseModel):
    """The studio's processes."""

    database: Up
    model_server: Up
    worker: Up
    memory: Up


class Health(BaseModel):
    status: Literal["ok", "degraded"] = Field(description="ok when every part is up.")
    data_collector: DataCollector
    parts: Parts


class TrainingHealth(BaseModel):
    """What training needs, and what waits for it."""

    status: Literal["ok", "degraded"]
    parts: Parts
    queued: int
    running: int


@router.get("/api/health", response_model=Health)
def health(engine: TheEngine) -> Health:
    """Whether everything runs. The answer is 200 as long as the studio answers at all."""
    stats, parts = engine.get_stats(None), parts_of(engine)
    collector = DataCollector(
        available=True,
        status=COLLECTING,
        total_examples=stats.total_examples,
        last_updated=stats.last_updated,
    )
    return Health(status=_status(parts), data_collector=collector, parts=parts)


@router.get("/api/training/health", response_model=TrainingHealth)
def training_health(engine: TheEngine) -> TrainingHealth:
    """Whether jobs are run, and how many wait."""
    parts, jobs = parts_of(engine), engine.store.jobs.unfinished()
    running = sum(job.state is JobState.RUNNING for job in jobs)
    return TrainingHealth(
        status=_status(parts), parts=parts, queued=len(jobs) - running, running=running
    )


def parts_of(engine: Engine) -> Parts:
    """Each part as it is now. A database that is away answers with an error, not here."""
    generation = engine.store.serving.current()
    return Parts(
        database="up",
        model_server=_up(generation is not None and is_healthy(generation.url)),
        worker=_up(engine.has_worker()),
        memory=_up(is_up(engine.settings.home)),
    )


def _up(runs: bool) -> Up:
    return "up" if runs else "down"


def _status(parts: Parts) -> Literal["ok", "degraded"]:
    return "ok" if all(state == "up" for state in parts.model_dump().values()) else "degraded"
