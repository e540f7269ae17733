"""How fast a training goes and how long it still takes, from the times at which its rows were logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from engine.domain.run import Step

PAUSE = 20.0
"""An interval so many times the usual one, and longer than PAUSE_SECONDS, is a pause: nothing ran."""
PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Pace:
    """`seconds` of training so far, pauses left out; `seconds_left` at most: a training may stop early.
    Both leave out what comes before the first step and after the last. None = nothing measured."""

    seconds: float
    steps_per_second: float | None
    seconds_left: float | None


def pace_of(steps: Sequence[Step], total_steps: int) -> Pace:
    """The pace of the work so far, which is what the rest of it is expected to take.

    Work is a row's `share`, which knows of long rows and of evaluations to come, or, where a trainer
    does not tell, steps. The first row is where the measure begins: it holds what is done once.
    """
    if not steps:
        return Pace(0.0, None, None)
    seconds = sum(_intervals(steps))
    first, last = steps[0], steps[-1]
    per_second = (last.step - first.step) / seconds if seconds else 0.0
    begun, done = _share(first, total_steps), _share(last, total_steps)
    left = None
    if begun is not None and done is not None and done > begun:
        left = seconds * (1 - done) / (done - begun)
    return Pace(seconds, per_second or None, left)


def _share(step: Step, total_steps: int) -> float | None:
    if step.share is not None:
        return step.share
    return step.step / total_steps if total_steps else None


def _intervals(steps: Sequence[Step]) -> list[float]:
    """Seconds between neighbours; what was done again after an interruption may lie out of order."""
    times = sorted(step.at for step in steps)
    found = [(b - a).total_seconds() for a, b in pairwise(times)]
    longest = max(PAUSE_SECONDS, PAUSE * median(found)) if found else 0.0
    return [seconds for seconds in found if seconds <= longest]
