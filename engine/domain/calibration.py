"""Calibration: how far the score agrees with what a person accepts and rejects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Verdict(NamedTuple):
    """A text's score (0-10) and whether the person accepted it."""

    score: float
    accepted: bool


@dataclass(frozen=True)
class Share:
    """A share between 0 and 1 over `n` texts, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Cut:
    """What a threshold does to texts that were decided about: how many of `n` it keeps, how many of
    those were accepted, and how often it decides as the person did.

    `precision` is None when it keeps none.
    """

    threshold: float
    kept: int
    precision: Share | None
    agreement: Share


@dataclass(frozen=True)
class Calibration:
    """The user's threshold `now`, and the one that fits their decisions, if another fits better.

    Below `needed` decisions there is no `ranking`: how likely an accepted text scores above a
    rejected one, 0.5 being chance. `finding` says in a sentence or two what came out.
    """

    decisions: int
    needed: int
    now: Cut | None
    ranking: Share | None
    suggested: Cut | None
    finding: str
    threshold: float
    can_go_back: bool
