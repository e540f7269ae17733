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
    IMPORT = "import"
    TEMPLATE = "template"
    REVIEW = "review"
    VARIANT = "variant"


class Author(StrEnum):
    """Who wrote the completion: only teacher and person are trained on by default."""

    TEACHER = "teacher"
    STUDENT = "student"
    PERSON = "person"


class Decision(StrEnum):
    """What a person decided in review."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ExampleState(StrEnum):
    """What is to become of an example: the first of these that holds."""

    ERASED = "erased"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    STUDENT = "student"
    VARIANT = "variant"
    LOW = "low"
    USABLE = "usable"


@dataclass(frozen=True)
class Example:
    """`seed_prompt` is the prompt without its style. Examples of one `split_group` never straddle a
    split; it is the seed prompt, or the stretch of a file that own writing comes from.

    `prompt` is what the model was asked, style and genre included: it is stored and trained on.
    `duplicate_of` names the kept example this one nearly repeats. `feedback` is a person's thumb
    (1 up, -1 down, 0 none); a thumb down rejects. `variant_of` names the example that this one
    rewords, `variant` says how. An erased example keeps its row and has no text any more. `import_id`
    names the import that a file's row came in with.
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
    split_group: str = ""
    variant_of: str | None = None
    variant: str | None = None
    decision: Decision | None = None
    decided_at: datetime | None = None
    erased_at: datetime | None = None
    import_id: str | None = None

    def is_kept(self, threshold: float) -> bool:
        """Kept = scored at or above the threshold, no near-duplicate, not rejected by a person.

        What a person wrote or accepted is not judged by the score. A variant is never kept for itself:
        it joins a training with its original.
        """
        good_enough = (
            self.author is Author.PERSON
            or self.decision is Decision.ACCEPTED
            or self.quality.score >= threshold
        )
        refused = self.feedback < 0 or self.decision is Decision.REJECTED
        there = self.duplicate_of is None and self.erased_at is None
        return good_enough and not refused and there and self.source is not Source.VARIANT

    def is_trainable(self, threshold: float) -> bool:
        """Trainable = kept and not written by the user's own student."""
        return self.is_kept(threshold) and self.author is not Author.STUDENT

    def state(self, threshold: float) -> ExampleState:
        """Usable where it is trainable, else what stands in the way."""
        if self.erased_at is not None:
            return ExampleState.ERASED
        if self.feedback < 0 or self.decision is Decision.REJECTED:
            return ExampleState.REJECTED
        if self.duplicate_of is not None:
            return ExampleState.DUPLICATE
        if self.author is Author.STUDENT:
            return ExampleState.STUDENT
        if self.source is Source.VARIANT:
            return ExampleState.VARIANT
        return ExampleState.USABLE if self.is_kept(threshold) else ExampleState.LOW


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
