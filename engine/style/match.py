"""The style match: how far a version has come from the base (0) to its user's own writing (100).

Each sample of a text is asked how much more it is like the user's writing than like the base's; likeness
to the user alone would be highest for the plainest text, whoever wrote it. The user's side is what was
learned, and the own text that is compared was held out: 100 is what the user reaches, not what a copy
would. Samples of the three are resampled for the interval (scipy's bootstrap, percentiles).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.domain.evaluation import Figure
from engine.evaluation.intervals import CONFIDENCE, mean_figure
from engine.style.profile import (
    SAMPLE_WORDS,
    Profile,
    likeness,
    mean_profile,
    profile_of,
    samples,
)

RESAMPLES = 2_000
FEWEST_SAMPLES = 2
SHORTEST_SAMPLE = 100
"""Words. Where little own text is held out, all samples are shorter, so that there are two."""

Values = NDArray[np.float64]


class Match(NamedTuple):
    """Before is the base, 0 by definition with its own interval; after is the version."""

    before: Figure
    after: Figure


def style_match(
    trained: Sequence[str],
    own: Sequence[str],
    base: Sequence[str],
    version: Sequence[str],
    *,
    seed: int,
) -> Match | None:
    """The match of a version's answers, beside the base's to the same prompts.

    `trained` is the user's own text that was learned, `own` that which was held out. None where there
    are fewer than two samples of any, or the held-out text does not lean to the user for sure more than
    the base does: the scale would be chance.
    """
    length = sample_words(own)
    learned, ours, bases, versions = (
        [profile_of([each]) for each in samples(texts, length)]
        for texts in (trained, own, base, version)
    )
    if not learned or min(map(len, (ours, bases, versions))) < FEWEST_SAMPLES:
        return None
    user, start = mean_profile(learned), mean_profile(bases)
    at_user = leanings(ours, user, start)
    after = leanings(versions, user, start)
    # A sample is the more like the mean of the base's the fewer there are, if it is one of them.
    before = np.array(
        [
            leaning(each, user, mean_profile([*bases[:place], *bases[place + 1 :]]))
            for place, each in enumerate(bases)
        ]
    )
    mine, its = (mean_figure(each.tolist(), seed=seed) for each in (at_user, before))
    if mine.low <= its.high:
        return None
    of_base = scaled(before, at_user.mean(), before.mean())
    return Match(
        before=mean_figure(of_base.tolist(), seed=seed),
        after=_figure(after, at_user, before, seed=seed),
    )


def sample_words(own: Sequence[str]) -> int:
    """How long all samples are: such that the held-out text gives two, where its passages differ, too."""
    words = sum(len(text.split()) for text in own)
    return min(SAMPLE_WORDS, max(SHORTEST_SAMPLE, words // (FEWEST_SAMPLES + 1)))


def leaning(sample: Profile, user: Profile, base: Profile) -> float:
    """How much more a sample is like the user's samples on average than like the base's."""
    return likeness(sample, user) - likeness(sample, base)


def leanings(found: Sequence[Profile], user: Profile, base: Profile) -> Values:
    return np.array([leaning(each, user, base) for each in found])


def scaled(values: Any, own: Any, base: Any) -> Any:
    """Leanings on the scale from 0 (base) to 100 (own)."""
    return 100.0 * (values - base) / (own - base)


def _figure(version: Values, own: Values, base: Values, *, seed: int) -> Figure:
    """The version's match; samples of all three count in its interval, n are the version's."""
    from scipy import stats

    def match(version: Values, own: Values, base: Values, axis: int = -1) -> Values:
        means = (each.mean(axis=axis) for each in (version, own, base))
        found: Values = scaled(*means)
        return found

    value = float(match(version, own, base))
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = stats.bootstrap(
            (version, own, base),
            match,
            vectorized=True,
            n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).confidence_interval
    low, high = float(interval.low), float(interval.high)
    if not (math.isfinite(low) and math.isfinite(high)):
        low = high = value
    return Figure(value, low, high, len(version))
