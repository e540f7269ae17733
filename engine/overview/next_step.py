"""What to do next, in one sentence: the first rule that has something to say.

Rules are plain functions of a `Situation`, the most urgent first. They know no screens: a place is
named, and whoever draws it knows where that is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.job import JobKind, JobState
from engine.domain.version import Version
from engine.overview.growth import GenreGap

LOW_MEDIAN = 7.5


class Place(StrEnum):
    """Where a step is done."""

    WRITE = "write"
    TEACH = "teach"
    VERSIONS = "versions"


@dataclass(frozen=True)
class NextStep:
    """One sentence, and the place it leads to."""

    sentence: str
    place: Place


@dataclass(frozen=True)
class Situation:
    """What the rules look at. `new` usable examples came since the last training, `total` ever.

    `undecided` is a version that was made and neither activated nor passed over since.
    `last_ended` is the state of each kind's newest job that ended.
    """

    total: int
    new: int
    needed: int
    train_at: int
    is_training: bool
    last_ended: dict[JobKind, JobState]
    undecided: Version | None
    has_version: bool
    gaps: tuple[GenreGap, ...]
    median: float | None


def next_step(situation: Situation) -> NextStep:
    """The most urgent step; there is always one."""
    for rule in RULES:
        if (step := rule(situation)) is not None:
            return step
    return NextStep("Everything is in order. Write the next story.", Place.WRITE)


def failed_training(now: Situation) -> NextStep | None:
    if now.is_training or now.last_ended.get(JobKind.TRAINING) is not JobState.FAILED:
        return None
    return NextStep(
        "The last training failed and your examples are safe: see why, and start it again.",
        Place.TEACH,
    )


def undecided_version(now: Situation) -> NextStep | None:
    if now.undecided is None:
        return None
    return NextStep(
        f"Version {now.undecided.number} waits for your decision: compare it and activate it, "
        "or stay with what answers now.",
        Place.VERSIONS,
    )


def nothing_yet(now: Situation) -> NextStep | None:
    if now.total:
        return None
    return NextStep("Nothing is kept yet: let the teacher write the first texts.", Place.TEACH)


def too_few_to_train(now: Situation) -> NextStep | None:
    missing = now.needed - now.total
    if missing <= 0:
        return None
    return NextStep(f"{_examples(missing)} to go until the first training.", Place.TEACH)


def ready_to_train(now: Situation) -> NextStep | None:
    if now.is_training or not now.train_at or now.new < now.train_at:
        return None
    return NextStep(f"{_examples(now.new)} wait to be learned from: train now.", Place.TEACH)


def genre_gap(now: Situation) -> NextStep | None:
    if not now.gaps:
        return None
    gap = now.gaps[0]
    genre = gap.genre.replace("_", " ")
    examples = "example" if gap.count == 1 else "examples"
    return NextStep(
        f"{genre.capitalize()} has {gap.count} kept {examples}, the average of the others is "
        f"{gap.average:.0f}: write some {genre}.",
        Place.TEACH,
    )


def low_quality(now: Situation) -> NextStep | None:
    if now.median is None or now.median >= LOW_MEDIAN:
        return None
    return NextStep(
        f"Half of your examples score below {now.median:.1f} of 10: edit some of them, or write "
        "better ones.",
        Place.WRITE,
    )


def until_next_training(now: Situation) -> NextStep | None:
    missing = now.train_at - now.new
    if not now.train_at or missing <= 0 or now.is_training:
        return None
    which = "next" if now.has_version else "first"
    return NextStep(f"{_examples(missing)} to go until the {which} training.", Place.TEACH)


RULES: tuple[Callable[[Situation], NextStep | None], ...] = (
    failed_training,
    undecided_version,
    nothing_yet,
    too_few_to_train,
    ready_to_train,
    genre_gap,
    low_quality,
    until_next_training,
)


def _examples(count: int) -> str:
    return f"{count:,} example" if count == 1 else f"{count:,} examples"
