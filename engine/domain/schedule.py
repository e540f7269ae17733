"""Schedule: an auto-training that starts every day at a time of one's own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A start so much after its time is one that nobody was there for.
LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class LastRun:
    """What came of the newest turn: a job, or a sentence that says why there was none.

    `due_at` is None for one that a person started.
    """

    at: datetime
    due_at: datetime | None
    job_id: str | None
    skipped: str = ""

    @property
    def is_late(self) -> bool:
        """Whether it was made up for: at its time the studio was closed."""
        return self.due_at is not None and self.at - self.due_at > LATE


@dataclass(frozen=True)
class Schedule:
    """One of a user. `at` is HH:MM on the clock of `zone`, an IANA name; an empty mix means all genres
    alike. `next_at` is None while it is paused."""

    at: str
    zone: str
    num_examples: int
    mix: dict[str, float]
    kind: str
    store_in_memory: bool
    next_at: datetime | None
    last: LastRun | None = None

    @property
    def is_paused(self) -> bool:
        return self.next_at is None
