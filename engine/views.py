"""What the engine's verbs answer when it is more than one noun: a moment of some work, as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.example import Example, RejectedCandidate
from engine.domain.job import Job
from engine.domain.run import Run, Step
from engine.domain.version import Version
from engine.store.outcomes import OutcomeSummary


@dataclass(frozen=True)
class Estimate:
    """What an auto-training will take: wall seconds, tokens written, money (0 for local models).

    `measured_on` is the number of answers the seconds a slot come from; 0 means a first guess.
    """

    seconds: float
    tokens: int
    money: float
    measured_on: int


@dataclass(frozen=True)
class AutoTrainView:
    """Everything a screen shows of one auto-training at one moment."""

    job: Job
    summary: OutcomeSummary
    kept: list[Example]
    rejected: list[RejectedCandidate]


@dataclass(frozen=True)
class TrainingView:
    """Everything a screen shows of one training; `run` and `version` appear as they come to be."""

    job: Job
    run: Run | None
    steps: list[Step]
    version: Version | None
