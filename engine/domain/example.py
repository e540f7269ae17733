"""Example: one prompt with its answer, where it came from and what was decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.quality import Quality


class Source(StrEnum):
    """How an example came to be."""

    WRITE = "write"
    AUTO_TRAIN = "auto_train"
    OWN_WRITING = "own_writing"


class Author(StrEnum):
    """Who wrote the completion: only teacher and person are trained on by default."""

    TEACHER = "teacher"
    STUDENT = "student"
    PERSON = "person"


@dataclass(frozen=True)
class Example:
    """`seed_prompt` is the prompt without its style: examples that share it never straddle a split.

    `prompt` is what the model was asked, style and genre included: it is stored and trained on.
    `duplicate_of` names the kept example this one nearly repeats. `feedback` is a person's thumb
    (1 up, -1 down, 0 none); a thumb down rejects.
    """

    id: str
    user_id: str
    kind: str
    genre: str | None
    style: str | None
    seed_prompt: str
    prompt: str
    completion: str
    source: Source
    author: Author
    generator: str
    quality: Quality
    created_at: datetime
    job_id: str | None = None
    plan_index: int | None = None
    duplicate_of: str | None = None
    feedback: int = 0

    def is_kept(self, threshold: float) -> bool:
        """Kept = scored at or above the threshold, no near-duplicate, not rejected by a person.

        What a person wrote is their own: the score does not judge it.
        """
        good_enough = self.author is Author.PERSON or self.quality.score >= threshold
        return good_enough and self.duplicate_of is None and self.feedback >= 0

    def is_trainable(self, threshold: float) -> bool:
        """Trainable = kept and not written by the user's own student."""
        return self.is_kept(threshold) and self.author is not Author.STUDENT


@dataclass(frozen=True)
class RejectedCandidate:
    """A generated text that was not good enough; stored apart and never trained on."""

    id: str
    user_id: str
    job_id: str
    plan_index: int
    candidate: int
    genre: str
    prompt: str
    completion: str
    quality: Quality
    reason: str
    created_at: datetime
