"""Evaluation: what a version was measured to be, against the base or the version before it."""

from __future__ import annotations

from dataclasses import dataclass


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
