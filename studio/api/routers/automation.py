"""What starts by itself: the number of new examples that starts a training, and the daily schedule."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine.automation.train_at import MOST
from engine.autotrain.plan import MAX_EXAMPLES
from engine.domain.job import JobState
from engine.engine import Engine
from studio.api.context import TheAudit, TheEngine
from studio.api.schemas import Body, GenreName, UserId, UserQuery
from studio.newcomers import for_user

router = APIRouter(prefix="/api/automation", tags=["automation"])


class ScheduleRequest(Body):
    """The daily auto-training; what is absent stays, or has its default in a first one."""

    at: str | None = Field(None, max_length=5, description="HH:MM; a first one needs it.")
    zone: str | None = Field(None, max_length=64, description="An IANA name; UTC at first.")
    num_examples: int | None = Field(None, ge=1, le=MAX_EXAMPLES, description="20 at first.")
    mix: dict[GenreName, Annotated[float, Field(strict=False)]] | None = Field(
        None, max_length=100, description="Weight of each genre; empty: a random mix of all."
    )
    kind: str | None = Field(None, max_length=40, description="What is written.")
    store_in_memory: bool | None = Field(None, description="Also put kept texts into the memory.")
    paused: bool | None = Field(None, description="True: no turn comes until it is resumed.")


class AutomationRequest(Body):
    """What to change: what is absent stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "user_id": "anna",
                "train_at": 30,
                "schedule": {"at": "03:00", "zone": "Europe/Paris", "num_examples": 20},
            }
        }
    )
    user_id: UserId
    train_at: int | None = Field(
        None, ge=0, le=MOST, description="0: never; null: the studio's default."
    )
    schedule: ScheduleRequest | None = None


class LastRunBody(BaseModel):
    at: datetime
    due_at: datetime | None = Field(description="Null for one that a person started.")
    late: bool = Field(description="Made up for: the studio was closed at its time.")
    job_id: str | None
    state: JobState | None = Field(description="Of its job, as it is now.")
    skipped: str = Field(description="Why there is no job.")


class ScheduleBody(BaseModel):
    at: str
    zone: str
    num_examples: int
    mix: dict[str, float]
    kind: str
    store_in_memory: bool
    paused: bool
    next_at: datetime | None
    last: LastRunBody | None


class AutomationBody(BaseModel):
    train_at: int = Field(description="New examples that start a training; 0: never by itself.")
    default_train_at: int
    examples: int = Field(description="New since the last training.")
    until_next: int = Field(description="How many more start the next by itself.")
    schedule: ScheduleBody | None


@router.get("", response_model=AutomationBody)
def get_automation(engine: TheEngine, user_id: UserQuery) -> AutomationBody:
    """When the next training and the next daily auto-training start by themselves."""
    return _automation(engine, user_id)


@router.put("", response_model=AutomationBody)
def set_automation(
    request: AutomationRequest, engine: TheEngine, audit: TheAudit
) -> AutomationBody:
    """Change the number, the schedule, or both."""
    user = request.user_id
    if request.schedule is not None:
        schedule = request.schedule.model_dump(exclude_unset=True)
        for_user(engine, user, lambda: engine.automation.set_schedule(user, **schedule))
    if "train_at" in request.model_fields_set:
        for_user(engine, user, lambda: engine.automation.set_train_at(user, request.train_at))
    changed = request.model_dump(exclude_unset=True, exclude={"user_id"})
    audit("set_automation", user, **{name: str(value) for name, value in changed.items()})
    return _automation(engine, user)


@router.delete("", response_model=AutomationBody)
def remove_schedule(engine: TheEngine, audit: TheAudit, user_id: UserQuery) -> AutomationBody:
    """Remove the schedule; a job that it started goes on."""
    engine.automation.remove_schedule(user_id)
    audit("remove_schedule", user_id)
    return _automation(engine, user_id)


def _automation(engine: Engine, user_id: str) -> AutomationBody:
    ready = engine.readiness(user_id)
    return AutomationBody(
        train_at=ready.train_at,
        default_train_at=engine.automation.default_train_at,
        examples=ready.examples,
        until_next=ready.until_next,
        schedule=_schedule(engine, user_id),
    )


def _schedule(engine: Engine, user_id: str) -> ScheduleBody | None:
    found = engine.automation.schedule(user_id)
    if found is None:
        return None
    last = None
    if found.last is not None:
        job = engine.automation.last_job(user_id, found)
        last = LastRunBody(
            at=found.last.at,
            due_at=found.last.due_at,
            late=found.last.is_late,
            job_id=found.last.job_id,
            state=None if job is None else job.state,
            skipped=found.last.skipped,
        )
    return ScheduleBody(
        at=found.at,
        zone=found.zone,
        num_examples=found.num_examples,
        mix=found.mix,
        kind=found.kind,
        store_in_memory=found.store_in_memory,
        paused=found.is_paused,
        next_at=found.next_at,
        last=last,
    )
