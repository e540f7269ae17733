"""Story: a text in the user's own shelf, with every draft ever written for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.domain.feedback import Trial
from engine.domain.passage import MemoryUse
from engine.domain.quality import Quality


@dataclass(frozen=True)
class Draft:
    """One answer to the story's prompt. Drafts are only ever added: regenerating loses nothing.

    One of the A/B between teacher and student has a `trial`.
    """

    id: str
    story_id: str
    number: int
    text: str
    model: str
    seconds: float
    completion_tokens: int
    finish_reason: str
    quality: Quality
    example_id: str | None
    created_at: datetime
    memory: MemoryUse = field(default_factory=MemoryUse)
    trial: Trial | None = None

    @property
    def is_blind(self) -> bool:
        """Whether who wrote it is not to be shown yet."""
        return self.trial is not None and self.trial.is_blind


@dataclass(frozen=True)
class Story:
    """What the user asked for; its drafts are read with it, oldest first."""

    id: str
    user_id: str
    prompt: str
    kind: str
    genre: str | None
    style: str | None
    created_at: datetime
    drafts: tuple[Draft, ...] = ()
