"""The style match: how far a version has come from the base (0) to its user's own writing (100).

Every text is compared with the profile of what was trained on of the user's own; the own text that is
compared was held out, so that 100 is what the user reaches, not what a copy would. Samples of the three are
resampled for the interval (scipy's bootstrap, percentiles).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.domain.evaluation import Figure
from engine.evaluation.intervals import CONFIDENCE, mean_figure
from engine.style.profile import SAMPLE_WORDS, Profile, likeness, profile_of, samples

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
    are fewer than two samples of any, or the base is as near to the user as the held-out text.
    """
    profile, length = profile_of(trained), sample_words(own)
    ours, before, after = (likenesses(profile, texts, length) for texts in (own, base, version))
    if min(map(len, (ours, before, after))) < FEWEST_SAMPLES or ours.mean() <= before.mean():
        return None
    of_base = scaled(before, ours.mean(), before.mean())
    return Match(
        before=mean_figure(of_base.tolist(), seed=seed),
        after=_figure(after, ours, before, seed=seed),
    )


def sample_words(own: Sequence[str]) -> int:
    """How long all samples are: such that the held-out text gives two, where its passages differ, too."""
    words = sum(len(text.split()) for text in own)
    return min(SAMPLE_WORDS, max(SHORTEST_SAMPLE, words // (FEWEST_SAMPLES + 1)))


def likenesses(profile: Profile, texts: Sequence[str], length: int) -> Values:
    """How like a profile each sample of so many words of these texts is."""
    return np.array([likeness(profile, profile_of([each])) for each in samples(texts, length)])


def scaled(values: Any, own: Any, base: Any) -> Any:
    """Likenesses on the scale from 0 (base) to 100 (own)."""
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
