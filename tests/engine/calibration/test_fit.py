"""The fitted threshold against reviewers whose taste is known."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from engine.calibration.fit import cut, fit, fitted_cut, ranking
from engine.domain.calibration import Verdict

Taste = Callable[[float], float]  # the chance that a text of this score is accepted


def reviewed(taste: Taste, count: int, *, seed: int) -> list[Verdict]:
    """A seeded reviewer's decisions about texts whose scores lie around 7."""
    rng = random.Random(seed)
    scores = [min(10.0, max(0.0, rng.gauss(7.0, 1.2))) for _ in range(count)]
    return [Verdict(score, rng.random() < taste(score)) for score in scores]


def from_about(middle: float) -> Taste:
    """Accepts from a score of its own on, softly, and decides one text in ten by a coin."""
    return lambda score: 0.05 + 0.9 / (1 + math.exp(-4 * (score - middle)))


@pytest.mark.parametrize("middle", [6.0, 7.0, 8.0])
def test_the_cut_is_where_the_reviewer_begins_to_accept(middle: float) -> None:
    found = fit(reviewed(from_about(middle), 400, seed=1))
    assert found == pytest.approx(middle, abs=0.35)


@pytest.mark.parametrize("seed", range(5))
def test_a_strict_reviewer_gets_more_of_what_they_accept(seed: int) -> None:
    """Precision on texts that nobody had decided about, before and after."""
    found = fit(reviewed(from_about(8.0), 60, seed=seed))
    assert found is not None
    others = reviewed(from_about(8.0), 4000, seed=1000 + seed)
    before, after = cut(others, 7.0), cut(others, found)
    assert before.precision is not None
    assert after.precision is not None
    assert before.precision.value < 0.55
    assert after.precision.value > before.precision.value + 0.15
    assert after.agreement.value > before.agreement.value + 0.1


def test_the_agreement_that_is_told_is_that_on_other_texts() -> None:
    inside = 0
    for seed in range(20):
        verdicts = reviewed(from_about(7.5), 60, seed=seed)
        found = fit(verdicts)
        assert found is not None
        told = fitted_cut(verdicts, found).agreement
        others = cut(reviewed(from_about(7.5), 4000, seed=500 + seed), found).agreement
        inside += told.low <= others.value <= told.high
    assert inside >= 17


def test_a_reviewer_who_tosses_coins_is_told_from_one_with_a_taste() -> None:
    """Where the interval of the ranking holds one half, nothing is suggested."""
    coins = [ranking(reviewed(lambda score: 0.5, 40, seed=seed)).low > 0.5 for seed in range(40)]
    tastes = [ranking(reviewed(from_about(7.0), 40, seed=seed)).low > 0.5 for seed in range(40)]
    assert sum(coins) <= 4
    assert sum(tastes) >= 38


def test_the_ends_of_the_scale() -> None:
    assert (
        fit([Verdict(6.118, True), Verdict(8.0, True), Verdict(9.0, False), Verdict(9.0, True)])
        == 6.11
    )
    assert fit([Verdict(6.0, False), Verdict(8.0, False), Verdict(9.0, False)]) is None
    assert fit([Verdict(6.0, False), Verdict(6.0, False), Verdict(6.01, True)]) == 6.01


def test_shares_and_ties_are_counted_by_hand() -> None:
    verdicts = [Verdict(6, False), Verdict(7, True), Verdict(8, False), Verdict(8, True)]
    found = cut(verdicts, 7.0)
    assert (found.kept, found.agreement.value, found.agreement.n) == (3, 0.75, 4)
    assert found.precision is not None
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.precision.low < 2 / 3 < found.precision.high
    assert cut(verdicts, 9.0).precision is None
    assert ranking(verdicts).value == pytest.approx((1 + 0 + 1 + 0.5) / 4)
