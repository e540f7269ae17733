"""The interval of a mean: seeded, as wide as it has to be, and sensible where there is none."""

from __future__ import annotations

import random
from statistics import fmean

import pytest

from engine.domain.evaluation import Figure
from engine.evaluation.intervals import mean_figure


def test_the_mean_lies_in_its_interval_and_the_seed_says_which() -> None:
    values = [0.1, 0.4, 0.2, 0.9, 0.3, 0.6, 0.8, 0.2]
    found = mean_figure(values, seed=1)
    assert found.value == pytest.approx(fmean(values))
    assert found.low < found.value < found.high
    assert min(values) <= found.low
    assert found.high <= max(values)
    assert found.n == 8
    assert mean_figure(values, seed=1) == found
    assert mean_figure(values, seed=2) != found


def test_the_interval_holds_the_truth_about_95_times_of_100() -> None:
    draw = random.Random(7)
    held = 0
    for trial in range(200):
        found = mean_figure([draw.gauss(0.5, 2.0) for _ in range(64)], seed=trial)
        held += found.low <= 0.5 <= found.high
    assert 178 <= held <= 198


def test_it_narrows_with_the_number_of_values() -> None:
    draw = random.Random(3)
    few, many = (
        mean_figure([draw.gauss(0, 1) for _ in range(count)], seed=1) for count in (16, 1600)
    )
    assert many.high - many.low < (few.high - few.low) / 5


@pytest.mark.parametrize("values", [[0.25], [0.25] * 9])
def test_one_value_and_equal_values_are_their_own_interval(values: list[float]) -> None:
    assert mean_figure(values, seed=1) == Figure(0.25, 0.25, 0.25, len(values))


def test_two_values_have_an_interval_that_is_a_number() -> None:
    found = mean_figure([0.0, 1.0], seed=1)
    assert 0.0 <= found.low <= 0.5 <= found.high <= 1.0


def test_nothing_has_no_mean() -> None:
    with pytest.raises(ValueError, match="values are empty"):
        mean_figure([], seed=1)
