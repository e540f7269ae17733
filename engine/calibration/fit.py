"""The threshold that fits a person's decisions.

Method: isotonic regression (scipy) gives the chance of being accepted as a function of the score that
never falls; the threshold lies where that chance reaches one half. From there on a text is more
likely accepted than not, so no other threshold decides more of these texts as the person did. How
often it would decide new texts so is estimated on decisions it was not fitted to (ten folds).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from engine.domain.calibration import Cut, Share, Verdict

FOLDS = 10
RESAMPLES = 2000
SEED = 20240

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def fit(verdicts: Sequence[Verdict]) -> float | None:
    """The threshold, to a hundredth; None when even the best scored are rejected more often.

    When even the worst scored are accepted more often it is the lowest score that was decided about:
    of texts below nothing is known.
    """
    return _fit(*_columns(verdicts))


def ranking(verdicts: Sequence[Verdict]) -> Share:
    """How likely an accepted text scores above a rejected one (the AUC), interval by bootstrap.

    Needs two of each.
    """
    scores, accepted = _columns(verdicts)
    above, below = scores[accepted], scores[~accepted]
    found = stats.bootstrap(
        (above, below),
        _above,
        n_resamples=RESAMPLES,
        method="percentile",
        vectorized=False,
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Share(_above(above, below), float(found.low), float(found.high), len(scores))


def cut(verdicts: Sequence[Verdict], threshold: float) -> Cut:
    """What a threshold that was not fitted to these decisions does to them."""
    scores, accepted = _columns(verdicts)
    keeps = scores >= threshold
    return _cut(threshold, keeps, accepted, hits=keeps == accepted)


def fitted_cut(verdicts: Sequence[Verdict], threshold: float) -> Cut:
    """What a threshold that was fitted to these decisions does to them, its agreement as it will be
    on others."""
    scores, accepted = _columns(verdicts)
    fold = np.random.default_rng(SEED).permutation(len(scores)) % FOLDS
    hits = np.zeros(len(scores), dtype=bool)
    for number in range(FOLDS):
        held = fold == number
        found = _fit(scores[~held], accepted[~held])
        keeps = scores[held] >= (math.inf if found is None else found)
        hits[held] = keeps == accepted[held]
    return _cut(threshold, scores >= threshold, accepted, hits=hits)


def _fit(scores: Numbers, accepted: Flags) -> float | None:
    steps, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=accepted) / counts
    chance = optimize.isotonic_regression(means, weights=counts).x
    good = np.flatnonzero(chance >= 0.5 - 1e-9)
    if not len(good):
        return None
    first = int(good[0])
    if first == 0:
        return math.floor(100 * float(steps[0])) / 100
    between = math.ceil(50 * float(steps[first - 1] + steps[first])) / 100
    return min(between, float(steps[first]))


def _above(above: Numbers, below: Numbers) -> float:
    """Share of pairs in which the first scores above the second; equal ones count half."""
    return float((np.sign(above[:, None] - below[None, :]).mean() + 1) / 2)


def _cut(threshold: float, keeps: Flags, accepted: Flags, *, hits: Flags) -> Cut:
    kept = int(keeps.sum())
    precision = share_of(int((keeps & accepted).sum()), kept) if kept else None
    return Cut(threshold, kept, precision, share_of(int(hits.sum()), len(hits)))


def share_of(count: int, n: int) -> Share:
    """A share with Wilson's interval, which holds for few texts and for shares near 0 and 1."""
    found = stats.binomtest(count, n).proportion_ci(method="wilson")
    return Share(count / n, float(found.low), float(found.high), n)


def _columns(verdicts: Sequence[Verdict]) -> tuple[Numbers, Flags]:
    scores = np.array([each.score for each in verdicts], dtype=float)
    return scores, np.array([each.accepted for each in verdicts], dtype=bool)
