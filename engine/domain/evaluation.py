"""Evaluation: what a version was measured to be, against the base or the version before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class HeldOutLoss:
    """Sum of -ln p over answer tokens, end token included, divided by their count (nats)."""

    loss: float
    tokens: int
    rows: int


@dataclass(frozen=True)
class LossGain:
    """Paired gain (before minus after, nats per token) on the same rows, with its 95 % interval."""

    before: float
    after: float
    gain: float
    low: float
    high: float
    rows: int

    @property
    def is_better(self) -> bool:
        """True when there is an interval (two rows or more) and it lies above zero as a whole."""
        return self.rows > 1 and self.low > 0.0


@dataclass(frozen=True)
class Comparison:
    """One prompt answered before and after, with both scores."""

    prompt: str
    before: str
    after: str
    quality_before: float
    quality_after: float


@dataclass(frozen=True)
class Figure:
    """A mean over `n` rows or texts with its 95 % interval; one row has none, and low and high are it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Answer:
    """What one model answered to one prompt of the frozen set, and what was measured of it.

    `prompt` is the request as it was asked. `repetition` is the share of its runs of four words that it
    had said before, from 0 to 1. Seconds are the whole answer's. A row of a benchmark may have a
    `reference`, what a good answer says, or a `label`, the one right answer.
    """

    prompt: str
    kind: str
    genre: str | None
    seed: int
    text: str
    quality: float
    parts: Mapping[str, float]
    repetition: float
    tokens: int
    seconds: float
    reference: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class RowMeasure:
    """The loss of one held-out row: summed nats over so many answer tokens."""

    example_id: str
    nats: float
    tokens: int
    genre: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """One model measured on one user's frozen set, whose hash covers prompts, seeds and rows.

    `model` is what people call it: a version's label, `the base …`, a teacher. `rows` is empty where a
    model tells no likelihoods. `benchmark` names the benchmark that was asked in place of the frozen set.
    """

    id: str
    user_id: str
    model: str
    version_id: str | None
    set_sha256: str
    seed: int
    answers: tuple[Answer, ...]
    rows: tuple[RowMeasure, ...]
    created_at: datetime
    benchmark: str | None = None


@dataclass(frozen=True)
class EvaluationHead:
    """What a list says of an evaluation: all but its texts and figures, with how many there are."""

    id: str
    model: str
    benchmark: str | None
    set_sha256: str
    seed: int
    answers: int
    held_out_rows: int
    created_at: datetime


class Outcome(StrEnum):
    """What the gate rules: the new version takes over, the old one stays, or nobody can tell yet."""

    PROMOTED = "promoted"
    KEPT = "kept"
    TOO_CLOSE = "too_close"


@dataclass(frozen=True)
class Margins:
    """By how much a new version may be worse and still take over: points of 10, and share of runs of
    four words said before."""

    quality: float = 0.3
    repetition: float = 0.05


@dataclass(frozen=True)
class Ruling:
    """What the gate ruled of a new version against its rival, with what it looked at. Figures are new
    minus old, in pairs by prompt."""

    outcome: Outcome
    sentence: str
    gain: LossGain
    quality: Figure
    repetition: Figure
