"""What is wrong with a training, by curves made by hand: each fault is told, and noise is none."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.run import Sample, Step
from engine.quality.score import Scorer
from engine.training.health import Finding, Trouble, health_of
from tests.fake_llamacpp import good_texts
from tests.recorded_runs import BY_HEART, FINE_TUNE, recorded

AT = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
RUN = "a" * 32
LOOP = "the king went to the hill and " * 12


def row(step: int, loss: float | None, validation: float | None = None) -> Step:
    at = AT + timedelta(seconds=step)
    return Step(RUN, step, step / 40, loss, validation, 2e-4, 310.0, 1650.0, at)


def curve(
    training: Sequence[float], validation: Sequence[float] = (), *, every: int = 20
) -> list[Step]:
    """Rows in order, with a validation loss after each `every` steps."""
    rows: list[Step] = []
    for step, loss in enumerate(training, start=1):
        rows.append(row(step, loss))
        if step % every == 0 and step // every <= len(validation):
            rows.append(row(step, None, validation[step // every - 1]))
    return rows


def falling(steps: int, *, seed: int = 0, noise: float = 0.25) -> list[float]:
    """Training loss as small batches give it: it falls from 3.9 towards 3.3, and jumps about."""
    random_ = random.Random(seed)
    return [3.3 + 0.6 * math.exp(-step / 40) + random_.gauss(0, noise) for step in range(steps)]


def answered(*texts: str, step: int = 40) -> list[Sample]:
    return [Sample(RUN, step, n, 1.0, "A troll.", text, 0.5) for n, text in enumerate(texts)]


def troubles(steps: list[Step], samples: Sequence[Sample] = ()) -> list[Trouble]:
    return [finding.trouble for finding in health(steps, samples)]


def health(steps: list[Step], samples: Sequence[Sample] = ()) -> list[Finding]:
    return health_of(steps, samples, Scorer.load().limits)


@pytest.mark.parametrize("seed", range(40))
def test_a_healthy_noisy_curve_raises_no_alarm_at_any_moment(seed: int) -> None:
    random_ = random.Random(seed)
    validation = [3.35 + 0.5 * math.exp(-n / 3) + random_.gauss(0, 0.004) for n in range(6)]
    rows = curve(falling(120, seed=seed), validation)
    good = [text["text"] for text in good_texts()[:2]]
    for end in range(len(rows) + 1):
        assert troubles(rows[:end], answered(*good)) == []


def test_a_real_training_that_went_well_raises_no_alarm_at_any_moment() -> None:
    rows = recorded(FINE_TUNE)
    for end in range(len(rows) + 1):
        assert troubles(rows[:end]) == []


def test_a_real_training_that_learned_by_heart_is_found_three_evaluations_after_its_best() -> None:
    rows = recorded(BY_HEART)
    found = {row.step: troubles(rows[: place + 1]) for place, row in enumerate(rows)}
    assert min(step for step, each in found.items() if each) == 16
    assert all(found[step] == [Trouble.OVERFITTING] for step in range(16, 29))


@pytest.mark.parametrize("seed", range(10))
def test_a_single_bad_batch_is_no_divergence(seed: int) -> None:
    losses = falling(60, seed=seed)
    losses[50] += 3.0
    assert Trouble.DIVERGED not in troubles(curve(losses))


def test_learning_by_heart_names_the_best_step_and_how_far_it_rose() -> None:
    training = [3.9 - 0.02 * step for step in range(120)]
    (finding,) = health(curve(training, [3.6, 3.5, 3.45, 3.5, 3.6, 3.8]))
    assert finding.trouble is Trouble.OVERFITTING
    assert "lowest at step 60 (3.450)" in finding.sentence
    assert "to 3.800 at step 120, 3 evaluations later" in finding.sentence
    assert "fewer epochs" in finding.advice


@pytest.mark.parametrize(
    "validation",
    [
        [3.5, 3.6, 3.7],  # too early to tell
        [3.6, 3.5, 3.45, 3.5, 3.6],  # two evaluations ago is not long past
        [3.6, 3.45, 3.46, 3.44, 3.45],  # it wavers
    ],
)
def test_what_may_still_come_right_is_no_overfitting(validation: list[float]) -> None:
    assert troubles(curve(falling(120), validation)) == []


def test_a_loss_that_stopped_falling() -> None:
    flat = [3.9, 3.5, 3.5, 3.499, 3.5, 3.5, 3.498, 3.5]
    (finding,) = health(curve(falling(160), flat))
    assert finding.trouble is Trouble.PLATEAU
    assert finding.sentence == (
        "Validation loss has stopped falling: 3.499 in the first half so far, 3.498 since."
    )
    assert "More epochs will not help" in finding.advice


def test_without_evaluations_the_training_loss_must_fall() -> None:
    assert troubles(curve([3.5] * 99)) == []
    assert troubles(curve([3.5] * 100)) == [Trouble.PLATEAU]
    assert troubles(curve(falling(100))) == []


def test_a_loss_that_climbs_away_has_diverged() -> None:
    losses = [*falling(60), *(3.4 + 0.15 * step for step in range(20))]
    (finding,) = health(curve(losses))
    assert finding.trouble is Trouble.DIVERGED
    assert "over the last 10 steps" in finding.sentence
    assert "half of the learning rate" in finding.advice


def test_a_loss_that_is_no_number_is_told_before_all_else() -> None:
    rows = [*curve(falling(60), [3.5, 3.6, 3.9]), row(61, None)]
    (finding,) = health(rows)
    assert finding.trouble is Trouble.NO_NUMBER
    assert finding.sentence.startswith("At step 61 the loss was no number")


def test_samples_that_loop_are_told_beside_a_good_curve() -> None:
    good = good_texts()[0]["text"]
    (finding,) = health(curve(falling(40)), answered(LOOP, good))
    assert finding.trouble is Trouble.REPETITION
    assert "Samples of step 40 repeat themselves (1 of 2)" in finding.sentence
    assert "the king went to" in finding.sentence


def test_only_the_newest_samples_count_and_few_words_say_nothing() -> None:
    good = good_texts()[0]["text"]
    assert troubles([], [*answered(LOOP, LOOP), *answered(good, good, step=80)]) == []
    assert troubles([], answered("no no no no no no no no no no")) == []
    assert troubles([], answered(LOOP, good, good)) == []
