"""Job: a durable piece of work that outlives the page and the process that asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobKind(StrEnum):
    AUTO_TRAIN = "auto_train"
    TRAINING = "training"


class JobState(StrEnum):
    """A created job waits for a person or program to start it; the worker sees it from `queued` on."""

    CREATED = "created"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class Job:
    """`stage` is one plain sentence; `done` of `total` drive the bar (total 0 = not known yet)."""

    id: str
    user_id: str
    kind: JobKind
    state: JobState
    request: dict[str, Any]
    created_at: datetime
    stage: str = ""
    done: int = 0
    total: int = 0
    cancel_requested: bool = False
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: dict[str, Any] = field(default_factory=dict)
    error_code: str = ""
    error: str = ""
