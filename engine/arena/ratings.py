"""Ratings from blind votes: Bradley-Terry strengths by choix, as points, with bootstrap intervals.

A tie is half a win for each; two bad answers say nothing about who is better. Between models that met,
one vote more is added that both won half of, so that one that never lost has a finite rating. Points
are Elo's: 400 more mean to be chosen ten times as often.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from engine.domain.evaluation import Figure
from engine.domain.vote import Choice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Fewer votes than this say nothing.
FEWEST_VOTES = 20
POINTS = 400 / math.log(10)
HALF = 0.5
RESAMPLES = 500
# What becomes of a vote, in the order of a meeting's figures.
WORDS = ("won", "tied", "lost", "both_bad")
# What the left one gets of a vote.
_SHARES = {Choice.LEFT: 1.0, Choice.RIGHT: 0.0, Choice.TIE: HALF}


class Ballot(NamedTuple):
    """One vote: which models stood where, and what was found."""

    left: str
    right: str
    choice: Choice


@dataclass(frozen=True)
class Standing:
    """One model over all its votes. `rating` has its points over the anchor, n being its votes that
    count; None while they are too few, or when no chain of votes joins it with the anchor."""

    model: str
    won: int
    tied: int
    lost: int
    both_bad: int
    rating: Figure | None = None

    @property
    def votes(self) -> int:
        """Those that count."""
        return self.won + self.tied + self.lost


@dataclass(frozen=True)
class Meeting:
    """Two models against each other: how often the one won, lost, and neither."""

    one: str
    other: str
    won: int
    tied: int
    lost: int
    both_bad: int


@dataclass(frozen=True)
class Ratings:
    """What so many votes say. The best come first; `anchor` is the model at 0 points, None while no
    model has votes enough."""

    votes: int
    anchor: str | None
    standings: tuple[Standing, ...]
    meetings: tuple[Meeting, ...]

    def sentence(self, standing: Standing) -> str:
        """What is known of a model, in words."""
        name, votes, found = standing.model, standing.votes, standing.rating
        if name.startswith("the "):
            name = f"T{name[1:]}"
        if standing.model == self.anchor:
            return f"{name} is where points are counted from (n = {votes} votes)."
        if votes < FEWEST_VOTES:
            return f"{name}: too few votes, {votes} of {FEWEST_VOTES} that a rating needs."
        if found is None:
            return f"{name}: no votes join it with {self.anchor or 'a rated model'} yet."
        figures = (
            f"{found.value:+.0f} points against {self.anchor} (95 % interval {found.low:+.0f} to "
            f"{found.high:+.0f}, n = {found.n} votes)"
        )
        if found.low <= 0 <= found.high:
            return f"{name}: {figures}. That is too close to call."
        share = chosen_of_100(found.value)
        return f"{name}: {figures}. It would be chosen {share} times of 100."


def chosen_of_100(points: float) -> int:
    """How often a model with so many points more is chosen, ties being half.

    >>> chosen_of_100(0), chosen_of_100(400)
    (50, 91)
    """
    return round(100 / (1 + math.exp(-points / POINTS)))


@lru_cache(maxsize=64)
def rate_models(
    ballots: tuple[Ballot, ...],
    *,
    anchors: tuple[str, ...],
    seed: int,
    resamples: int = RESAMPLES,
) -> Ratings:
    """Every model that was voted on. The first of `anchors` with votes enough is at 0 points, else
    the model with the most votes. The same for the same seed."""
    meetings = meetings_of(ballots)
    standings = standings_of(meetings)
    anchor = _anchor(standings, anchors)
    if anchor is None:
        return Ratings(len(ballots), None, _ordered(standings, {}), meetings)
    joined = _joined(anchor, meetings)
    counted = [
        (joined.index(each.left), joined.index(each.right), _SHARES[each.choice])
        for each in ballots
        if each.choice in _SHARES and each.left in joined
    ]
    votes = {each.model: each.votes for each in standings}
    ratings = {
        name: Figure(*found, votes[name])
        for name, found in zip(
            joined, _points(counted, len(joined), seed=seed, resamples=resamples), strict=True
        )
        if votes[name] >= FEWEST_VOTES
    }
    return Ratings(len(ballots), anchor, _ordered(standings, ratings), meetings)


def meetings_of(ballots: Sequence[Ballot]) -> tuple[Meeting, ...]:
    """Each two models that met, in the order of their names."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for ballot in ballots:
        one, other = sorted((ballot.left, ballot.right))
        left, right = ("won", "lost") if one == ballot.left else ("lost", "won")
        words = {Choice.LEFT: left, Choice.RIGHT: right, Choice.TIE: "tied"}
        counts[one, other, words.get(ballot.choice, "both_bad")] += 1
    return tuple(
        Meeting(one, other, *(counts[one, other, word] for word in WORDS))
        for one, other in sorted({(one, other) for one, other, _ in counts})
    )


def standings_of(meetings: Sequence[Meeting]) -> list[Standing]:
    """Each model over all its meetings, without ratings."""
    found: dict[str, Standing] = {}
    for meeting in meetings:
        for name, won, lost in (
            (meeting.one, meeting.won, meeting.lost),
            (meeting.other, meeting.lost, meeting.won),
        ):
            so_far = found.get(name, Standing(name, 0, 0, 0, 0))
            found[name] = Standing(
                name,
                so_far.won + won,
                so_far.tied + meeting.tied,
                so_far.lost + lost,
                so_far.both_bad + meeting.both_bad,
            )
    return list(found.values())


def _anchor(standings: Sequence[Standing], anchors: Sequence[str]) -> str | None:
    enough = {each.model: each.votes for each in standings if each.votes >= FEWEST_VOTES}
    found = next((name for name in anchors if name in enough), None)
    return found or max(enough, key=lambda name: enough[name], default=None)


def _joined(anchor: str, meetings: Sequence[Meeting]) -> list[str]:
    """The anchor, and all that a chain of votes that count leads to from there."""
    found = [anchor]
    for name in found:
        for each in meetings:
            if each.won + each.tied + each.lost and name in (each.one, each.other):
                found += [other for other in (each.one, each.other) if other not in found]
    return found


def _ordered(standings: Sequence[Standing], ratings: dict[str, Figure]) -> tuple[Standing, ...]:
    """With their ratings, the best first, then those without in the order of their votes."""

    def place(each: Standing) -> tuple[float, int, str]:
        return -each.rating.value if each.rating else math.inf, -each.votes, each.model

    rated = [replace(each, rating=ratings.get(each.model)) for each in standings]
    return tuple(sorted(rated, key=place))


def _points(
    counted: Sequence[tuple[int, int, float]], models: int, *, seed: int, resamples: int
) -> list[tuple[float, float, float]]:
    """Points of each model over the first, with the interval over votes drawn anew."""
    import choix
    import numpy as np
    from scipy import stats

    left, right, share = (np.array(column) for column in zip(*counted, strict=True))
    prior = np.zeros((models, models))
    prior[left, right] = prior[right, left] = HALF

    def strengths(
        places: NDArray[np.intp], start: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        wins = prior.copy()
        np.add.at(wins, (left[places], right[places]), share[places])
        np.add.at(wins, (right[places], left[places]), 1.0 - share[places])
        found = choix.ilsr_pairwise_dense(wins, initial_params=start, max_iter=10_000, tol=1e-6)
        return np.asarray(found)

    whole = strengths(np.arange(len(counted)), None)

    def points_of(places: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
        lines = np.atleast_2d(places.astype(np.intp))
        found = np.array([strengths(line, whole) for line in lines])
        over_anchor: NDArray[np.float64] = POINTS * (found - found[:, :1]).T
        return over_anchor

    drawn = stats.bootstrap(
        (np.arange(len(counted)),),
        points_of,
        vectorized=True,
        n_resamples=resamples,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    points = POINTS * (whole - whole[0])
    rows = zip(points, drawn.low, drawn.high, strict=True)
    return [(float(value), float(low), float(high)) for value, low, high in rows]
