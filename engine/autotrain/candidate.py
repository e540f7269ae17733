"""Candidates: answers for one slot, and which of those that may be kept is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.autotrain.plan import Slot
from engine.budget.errors import BudgetUsedUp, PriceUnknown
from engine.domain.kind import Kind
from engine.domain.quality import Quality
from engine.errors import InvalidInput, LocalOnly
from models.errors import ModelError

# Why a teacher gave no answer: it failed, or must not be asked.
Failure = ModelError | BudgetUsedUp | PriceUnknown | InvalidInput | LocalOnly


@dataclass(frozen=True)
class Candidate:
    """One answer of `generator` with its score; `reason` is empty when it may be kept."""

    generator: str
    text: str
    quality: Quality
    reason: str


@dataclass(frozen=True)
class Written:
    """What came of one slot: its candidates, the last of them the accepted one if any is."""

    slot: Slot
    candidates: tuple[Candidate, ...]
    failure: Failure | None
    seconds: float


def why_not(
    text: str, quality: Quality, kind: Kind, *, threshold: float, filtered: bool = True
) -> str:
    """Why a text may not be kept; empty when it may. Without a filter every text may."""
    if not filtered:
        return "" if text.strip() else "It is empty."
    words, length = len(text.split()), kind.length
    if words < length.fewest or words > length.most + 20:
        return f"{words} words long; {length.fewest} to {length.most} are wanted."
    if quality.score < threshold:
        weakest = quality.reasons[0] if quality.reasons else "Its parts are weak together."
        return f"Scored {quality.score:.1f}, below {threshold:.1f}. {weakest}"
    return ""


def best_last(candidates: list[Candidate]) -> list[Candidate]:
    """The answers of one round; of several that may be kept only the best is, and it comes last."""
    passing = [each for each in candidates if not each.reason]
    if not passing:
        return candidates
    best = max(passing, key=lambda each: each.quality.score)
    why = f"{best.generator}'s answer to the same prompt scored {best.quality.score:.1f}."
    rest = [
        each if each.reason else replace(each, reason=why)
        for each in candidates
        if each is not best
    ]
    return [*rest, best]
