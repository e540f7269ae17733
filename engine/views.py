"""What the engine's verbs answer when it is more than one noun: a moment of some work, as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.domain.budget import Left
from engine.domain.example import Example, RejectedCandidate
from engine.domain.job import Job
from engine.domain.run import Run, Step
from engine.domain.version import Version
from engine.store.outcomes import OutcomeSummary


@dataclass(frozen=True)
class Estimate:
    """What an auto-training will take: wall seconds, tokens written, money (0 for local models, None
    where a price is not known) in `currency`.

    `measured_on` is the number of answers the seconds a slot come from; 0 means a first guess.
    `left` is what the user's caps leave for it; without a user there are none.
    """

    seconds: float
    tokens: int
    money: float | None
    measured_on: int
    currency: str = ""
    left: Left = field(default_factory=Left)


@dataclass(frozen=True)
class TrainingStats:
    """Examples kept since the last training, and how many more start the next one by itself."""

    training_examples: int
    examples_until_next_training: int


@dataclass(frozen=True)
class AutoTrainResult:
    """What came of an auto-training; the names are part of the public contract.

    `successful` were written and scored (`kept` or `rejected`), `failed` had no answer after
    retries; together they are `total_requested` once the job has ended by itself.
    `genre_distribution` counts the successful ones of each genre, `average_quality`
    is their mean score (0-10) and `total_time` is in seconds.
    """

    total_requested: int
    successful: int
    failed: int
    genre_distribution: dict[str, int]
    average_quality: float
    total_time: float
    training_stats: TrainingStats
    ready_for_finetuning: bool
    kept: int
    rejected: int


@dataclass(frozen=True)
class Scored:
    """The score of one text (0-10), whether it would be kept, its parts (0-10 each) and reasons."""

    score: float
    kept: bool
    parts: dict[str, float]
    reasons: tuple[str, ...]


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
