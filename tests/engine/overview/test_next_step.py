"""What to do next: each rule speaks when it should, and the most urgent one first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain.job import JobKind, JobState
from engine.overview.growth import GenreGap
from engine.overview.next_step import RULES, Place, Situation, next_step
from tests.engine.store.conftest import Make

CALM = Situation(
    total=80,
    new=20,
    needed=10,
    train_at=0,
    is_training=False,
    last_ended={},
    undecided=None,
    has_version=True,
    gaps=(),
    median=8.4,
)
GAP = GenreGap("dark_fantasy", 2, 14.2)


def test_when_nothing_is_wrong_one_writes() -> None:
    assert [rule(CALM) for rule in RULES] == [None] * len(RULES)
    assert next_step(CALM).place is Place.WRITE


@pytest.mark.parametrize(
    ("changes", "words", "place"),
    [
        ({"total": 0, "new": 0}, "Nothing is kept yet", Place.TEACH),
        ({"total": 9}, "1 example to go until the first training", Place.TEACH),
        ({"train_at": 50, "new": 62}, "62 examples wait to be learned from", Place.TEACH),
        ({"gaps": (GAP,)}, "Dark fantasy has 2 kept examples", Place.TEACH),
        ({"median": 7.2}, "below 7.2 of 10", Place.WRITE),
        ({"train_at": 50, "new": 38}, "12 examples to go until the next training", Place.TEACH),
        (
            {"train_at": 50, "new": 38, "has_version": False},
            "12 examples to go until the first training",
            Place.TEACH,
        ),
        ({"last_ended": {JobKind.TRAINING: JobState.FAILED}}, "training failed", Place.TEACH),
    ],
)
def test_each_rule_says_what_to_do_and_where(
    changes: dict[str, object], words: str, place: Place
) -> None:
    step = next_step(replace(CALM, **changes))
    assert words in step.sentence
    assert step.place is place


def test_a_version_waits_for_a_decision(make: Make) -> None:
    step = next_step(replace(CALM, undecided=make.version(), gaps=(GAP,), median=7.1))
    assert step.sentence.startswith("Version 1 waits for your decision")
    assert step.place is Place.VERSIONS


@pytest.mark.parametrize(
    "changes",
    [
        {"train_at": 50, "new": 62},
        {"train_at": 50, "new": 38},
        {"last_ended": {JobKind.TRAINING: JobState.FAILED}},
    ],
)
def test_while_a_training_runs_none_is_asked_for(changes: dict[str, object]) -> None:
    assert "raining" not in next_step(replace(CALM, **changes, is_training=True)).sentence


def test_what_is_urgent_comes_before_what_is_not() -> None:
    crowded = replace(
        CALM, total=8, gaps=(GAP,), median=7.1, last_ended={JobKind.TRAINING: JobState.FAILED}
    )
    assert "failed" in next_step(crowded).sentence
    assert "2 examples to go" in next_step(replace(crowded, last_ended={})).sentence
