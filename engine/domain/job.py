"""Job: a durable piece of work that outlives the page and the process that asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobKind(StrEnum):
    AUTO_TRAIN = "auto_train"
    TRAINING = "training"
    IMPORT = "import"
    SYNTHESIS = "synthesis"
    TWO_PHASE = "two_phase"
    AUGMENT = "augment"
    EVALUATION = "evaluation"

    @property
    def fills_slots(self) -> bool:
        """Whether it has texts written, each for one place of a plan."""
        return self in (JobKind.AUTO_TRAIN, JobKind.SYNTHESIS)


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
    """`stage` is one plain sentence; `done` of `total` drive the bar (total 0 = not known yet).

    `stage_at` and `stage_done` are when this stage (or this attempt) began and what was done by then.
    `attempts` are those since one began further than the one before it, which began at `progress`.
    `stop_requested` asks a training to end with what it has.
    """

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
    stage_at: datetime | None = None
    stage_done: int = 0
    progress: int = 0
    stop_requested: bool = False

    @property
    def started_by(self) -> str:
        """What started it by itself, `threshold` or `schedule`; empty for a person or a program."""
        return str(self.request.get("started_by", ""))

    def seconds_left(self, now: datetime) -> float | None:
        """What the pace of this stage promises for its rest; None while there is no pace."""
        gained = self.done - self.stage_done
        if self.state is not JobState.RUNNING or self.stage_at is None or gained < 1:
            return None
        if self.total <= self.done:
            return None
        return (now - self.stage_at).total_seconds() / gained * (self.total - self.done)
