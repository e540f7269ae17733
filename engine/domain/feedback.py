"""Feedback: what people say about texts with a thumb, and what that says about who wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.calibration import Share
from engine.domain.example import Author


@dataclass(frozen=True)
class Remark:
    """A thumb (1 up, -1 down, 0 none), why (ids of reasons) and a note. Why and note belong to the thumb:
    another thumb drops them."""

    thumb: int = 0
    reasons: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Trial:
    """A draft of the A/B between teacher and student: who wrote it, and whether that is hidden yet."""

    author: Author
    is_blind: bool


class Role(StrEnum):
    """What a writer is to the user."""

    TEACHER = "teacher"
    BASE = "base"
    OWN = "own"


@dataclass(frozen=True)
class WriterFeedback:
    """What was said about one model's texts: the share of thumbs that are up (None without a thumb), and
    how many of its texts were edited."""

    writer: str
    role: Role
    thumbs: Share | None
    edits: int


@dataclass(frozen=True)
class ReasonCount:
    """How often a reason was given for a thumb of one direction; most first."""

    thumb: int
    label: str
    count: int


@dataclass(frozen=True)
class TrialResult:
    """The share of thumbs up among blind texts of each side; None for a side without a thumb.

    `difference` is the student's share less the teacher's with its interval, once both sides have
    enough thumbs; `finding` says in words what came out.
    """

    teacher: Share | None
    student: Share | None
    difference: Share | None
    finding: str


@dataclass(frozen=True)
class FeedbackFigures:
    """Everything a user said: all thumbs and edits, by writer, most first; the reasons; the A/B, if there
    was any; and in a sentence what it comes to."""

    thumbs: int
    edits: int
    writers: tuple[WriterFeedback, ...]
    reasons: tuple[ReasonCount, ...]
    trial: TrialResult | None
    sentence: str
