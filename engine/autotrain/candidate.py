"""Candidates: answers for one slot, and which of those that may be kept is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.domain.kind import Kind
from engine.domain.quality import Quality


@dataclass(frozen=True)
class Candidate:
    """One answer of `generator` with its score; `reason` is empty when it may be kept."""

    generator: str
    text: str
    quality: Quality
    reason: str


def why_not(text: str, quality: Quality, kind: Kind, *, threshold: float) -> str:
    """Why a text may not be kept; empty when it may."""
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
