"""How jobs went, in figures, and what the machine is doing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from engine.domain.job import JobKind
from studio.api.context import TheEngine
from studio.api.schemas import USER_ID

router = APIRouter(prefix="/api/training", tags=["statistics"])

RATE = "Succeeded of succeeded and failed, 0 to 1; null while there is neither."
TIME = "Of those that succeeded; null without any."

UserOrAll = Annotated[
    str | None, Query(pattern=USER_ID, description="Whose; absent: everybody's.", examples=["anna"])
]


class KindBody(BaseModel):
    """Ended jobs of one kind."""

    kind: JobKind
    jobs: int
    succeeded: int
    failed: int
    cancelled: int
    success_rate: float | None = Field(description=RATE)
    average_seconds: float | None = Field(description=TIME)


class StatisticsBody(BaseModel):
    jobs: int = Field(description="Ended jobs.")
    success_rate: float | None = Field(description=RATE)
    average_seconds: float | None = Field(description=TIME)
    by_kind: list[KindBody]
    resources: dict[str, Any] = Field(description="Processor, memory and graphics, right now.")


@router.get("/statistics", response_model=StatisticsBody)
def statistics(engine: TheEngine, user_id: UserOrAll = None) -> StatisticsBody:
    """How many jobs ended, how often well, how long they took, and what they have to run on."""
    found = engine.overview.statistics(user_id)
    kinds = [KindBody(**asdict(each), success_rate=each.success_rate) for each in found.by_kind]
    return StatisticsBody(
        jobs=found.jobs,
        success_rate=found.success_rate,
        average_seconds=found.average_seconds,
        by_kind=kinds,
        resources=asdict(engine.overview.resources()),
    )
