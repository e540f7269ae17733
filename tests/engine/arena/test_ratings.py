"""Ratings: known strengths are found again, their intervals hold them, and too few votes say nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from engine.arena.ratings import (
    FEWEST_VOTES,
    POINTS,
    Ballot,
    Ratings,
    Standing,
    chosen_of_100,
    rate_models,
)
from engine.domain.evaluation import Figure
from engine.domain.vote import Choice

STRENGTHS = {"base": 0.0, "v1": 150.0, "v2": 300.0, "teacher": 450.0}


def voters(seed: int, votes: int = 200) -> tuple[Ballot, ...]:
    """Votes on random pairs by people who find each text better as its model's strength says: of two
    looks, two that differ are a tie. A few find both bad."""
    rng, ballots = random.Random(seed), []
    for _ in range(votes):
        left, right = rng.sample(list(STRENGTHS), 2)
        chance = 1 / (1 + math.exp((STRENGTHS[right] - STRENGTHS[left]) / POINTS))
        looks = (rng.random() < chance) + (rng.random() < chance)
        choice = (Choice.RIGHT, Choice.TIE, Choice.LEFT)[looks]
        ballots.append(Ballot(left, right, Choice.BOTH_BAD if rng.random() < 0.05 else choice))
    return tuple(ballots)


def rated(ballots: Sequence[Ballot], resamples: int = 100, seed: int = 1) -> Ratings:
    anchors = ("base", "teacher")
    return rate_models(tuple(ballots), anchors=anchors, seed=seed, resamples=resamples)


def of(found: Ratings, model: str) -> Standing:
    return next(each for each in found.standings if each.model == model)


def rating_of(found: Ratings, model: str) -> Figure:
    rating = of(found, model).rating
    assert rating is not None
    return rating


def covered(sets: int, resamples: int) -> float:
    """In what share of so many sets of 200 votes an interval holds the true strength."""
    hits = 0
    for seed in range(sets):
        found = rated(voters(seed), resamples)
        for model in ("v1", "v2", "teacher"):
            rating = rating_of(found, model)
            hits += rating.low <= STRENGTHS[model] <= rating.high
    return hits / (3 * sets)


def test_200_votes_find_the_order_again() -> None:
    for seed in range(8):
        found = rated(voters(seed), resamples=20)
        assert [each.model for each in found.standings] == ["teacher", "v2", "v1", "base"]
        assert found.anchor == "base"


def test_the_intervals_hold_the_true_strengths() -> None:
    assert covered(sets=12, resamples=100) >= 0.85  # 36 intervals: five misses are chance


@pytest.mark.prove
def test_the_intervals_hold_the_true_strengths_as_often_as_they_say() -> None:
    share = covered(sets=100, resamples=300)
    print(f"share of 95 % intervals that hold the true strength: {share:.3f}")
    assert 0.91 <= share <= 0.98


def test_the_same_votes_give_the_same_figures() -> None:
    first = rated(voters(1))
    rate_models.cache_clear()
    assert rated(voters(1)) == first
    again = rated(voters(1), seed=2)
    assert rating_of(again, "v1").value == rating_of(first, "v1").value
    assert rating_of(again, "v1") != rating_of(first, "v1")


def test_two_models_are_as_far_apart_as_their_votes_say() -> None:
    """30 wins, 10 ties and 10 losses, and one more vote that is half of each: 35.5 of 51."""
    ballots = (
        [Ballot("base", "v1", Choice.RIGHT)] * 15
        + [Ballot("v1", "base", Choice.LEFT)] * 15
        + [Ballot("base", "v1", Choice.TIE)] * 10
        + [Ballot("v1", "base", Choice.RIGHT)] * 10
    )
    found = rated(ballots)
    assert rating_of(found, "v1").value == pytest.approx(POINTS * math.log(35.5 / 15.5), abs=0.1)
    assert of(found, "v1") == Standing("v1", 30, 10, 10, 0, rating_of(found, "v1"))
    (meeting,) = found.meetings
    assert (meeting.one, meeting.won, meeting.tied, meeting.lost) == ("base", 10, 10, 30)


def test_one_that_never_lost_has_a_finite_rating() -> None:
    found = rated([Ballot("v1", "base", Choice.LEFT)] * 25)
    rating = rating_of(found, "v1")
    assert rating.value == pytest.approx(POINTS * math.log(25.5 / 0.5), abs=0.1)
    assert math.isfinite(rating.low)
    assert math.isfinite(rating.high)


def test_both_bad_counts_for_neither() -> None:
    ballots = [Ballot("v1", "base", Choice.LEFT)] * 12 + [Ballot("base", "v1", Choice.LEFT)] * 10
    with_bad = [*ballots, *[Ballot("v1", "base", Choice.BOTH_BAD)] * 30]
    assert rating_of(rated(with_bad), "v1").value == rating_of(rated(ballots), "v1").value
    assert (of(rated(with_bad), "v1").votes, of(rated(with_bad), "v1").both_bad) == (22, 30)
    only_bad = rated([Ballot("v1", "base", Choice.BOTH_BAD)] * 30)
    assert only_bad.anchor is None
    assert of(only_bad, "v1").rating is None


def test_too_few_votes_give_no_rating() -> None:
    votes = [Ballot("v1", "base", Choice.LEFT)] * (FEWEST_VOTES - 1)
    found = rated(votes)
    assert (found.anchor, found.votes) == (None, FEWEST_VOTES - 1)
    assert [each.rating for each in found.standings] == [None, None]
    assert "too few votes, 19 of 20" in found.sentence(of(found, "v1"))
    one_more = rated([*votes, Ballot("v1", "base", Choice.TIE), Ballot("v2", "v1", Choice.LEFT)])
    assert rating_of(one_more, "v1").value > 0
    assert of(one_more, "v2").rating is None


def test_the_anchor_is_the_base_then_the_teacher_then_who_was_voted_on_most() -> None:
    between = [Ballot("v1", "teacher", Choice.LEFT)] * 20
    assert rated(between).anchor == "teacher"
    assert rated([*between, *[Ballot("base", "v1", Choice.TIE)] * 20]).anchor == "base"
    own = [Ballot("v1", "v2", Choice.LEFT)] * 20 + [Ballot("v1", "v3", Choice.LEFT)] * 5
    assert rated(own).anchor == "v1"


def test_models_that_no_votes_join_are_not_compared() -> None:
    apart = [Ballot("base", "v1", Choice.TIE)] * 20 + [Ballot("v2", "v3", Choice.LEFT)] * 20
    found = rated(apart)
    assert (of(found, "v2").rating, of(found, "v3").rating) == (None, None)
    assert "no votes join it with base" in found.sentence(of(found, "v2"))
    joined = rated([*apart, Ballot("v1", "v2", Choice.RIGHT)])
    assert rating_of(joined, "v2").value > rating_of(joined, "v3").value


def test_sentences_say_how_sure_a_rating_is() -> None:
    def said(value: float, low: float, high: float) -> str:
        standing = Standing("v1", 20, 10, 10, 0, Figure(value, low, high, 40))
        return Ratings(40, "base", (standing,), ()).sentence(standing)

    assert said(84.2, 12.4, 160.1) == (
        "v1: +84 points against base (95 % interval +12 to +160, n = 40 votes). It would be chosen "
        "62 times of 100."
    )
    assert said(30, -40, 90).endswith("That is too close to call.")
    base = Ratings(40, "the base tiny", (), ())
    assert base.sentence(Standing("the base tiny", 3, 0, 20, 0)).startswith(
        "The base tiny is where"
    )
    assert "It would be chosen 24 times of 100." in said(-200, -300, -100)
    assert [chosen_of_100(points) for points in (0, 100, -100, 400)] == [50, 64, 36, 91]
