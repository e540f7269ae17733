"""How sure a mean is: its 95 % interval over texts, by the bootstrap of scipy (BCa, Efron 1987)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.domain.evaluation import Figure

CONFIDENCE = 0.95
# So many numbers at once: resamples of a large set would not fit into memory together.
_AT_ONCE = 2_000_000


def mean_figure(values: Sequence[float], *, seed: int) -> Figure:
    """The mean of values, one a text or a prompt, with its interval; the same for the same seed.

    One value has no interval, and values that are all alike have none but themselves: low and high are
    the mean then. Raises ValueError without values.
    """
    if not values:
        raise ValueError("values are empty: there is nothing to take a mean of")
    mean = math.fsum(values) / len(values)
    if max(values) == min(values):
        return Figure(mean, mean, mean, len(values))
    low, high = _interval(values, seed, "BCa")
    if math.isnan(low) or math.isnan(high):  # BCa says nothing of a few values far apart
        low, high = _interval(values, seed, "percentile")
    return Figure(mean, low, high, len(values))


def _interval(values: Sequence[float], seed: int, method: str) -> tuple[float, float]:
    import warnings

    import numpy as np
    from scipy import stats

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.bootstrap(
            (np.asarray(values, dtype=float),),
            np.mean,
            vectorized=True,
            confidence_level=CONFIDENCE,
            method=method,
            batch=max(1, _AT_ONCE // len(values)),
            rng=np.random.default_rng(seed),
        ).confidence_interval
    return float(found.low), float(found.high)
