"""How sure a figure is: its 95 % interval over texts, by the bootstrap of scipy (BCa, Efron 1987)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.domain.evaluation import Figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    # The figures of several choices of rows: of each line of places, along the last axis.
    Statistic = Callable[[NDArray[np.intp]], NDArray[np.float64]]

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
    low, high = _interval(values, _mean, seed)
    return Figure(mean, low, high, len(values))


def figure_of(statistic: Statistic, rows: int, *, seed: int) -> Figure:
    """Any figure of so many rows, with its interval over them; of a mean, what `mean_figure` gives.

    Raises ValueError without rows.
    """
    import numpy as np

    if rows < 1:
        raise ValueError(f"rows must be positive, got {rows}")
    places = np.arange(rows)
    value = float(statistic(places))
    low, high = value, value
    if rows > 1:
        # scipy hands places on as numbers.
        low, high = _interval(places, lambda at, axis: statistic(at.astype(np.intp)), seed)
    return Figure(value, low, high, rows)


def _mean(values: Any, axis: int) -> Any:
    return values.mean(axis=axis)


def _interval(
    values: Sequence[float] | NDArray[np.intp], statistic: Callable[..., Any], seed: int
) -> tuple[float, float]:
    low, high = _bootstrap(values, statistic, seed, "BCa")
    if math.isnan(low) or math.isnan(high):  # BCa says nothing of a few values far apart
        low, high = _bootstrap(values, statistic, seed, "percentile")
    return low, high


def _bootstrap(
    values: Sequence[float] | NDArray[np.intp],
    statistic: Callable[..., Any],
    seed: int,
    method: str,
) -> tuple[float, float]:
    import warnings

    import numpy as np
    from scipy import stats

    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.bootstrap(
            (np.asarray(values, dtype=float),),
            statistic,
            vectorized=True,
            confidence_level=CONFIDENCE,
            method=method,
            batch=max(1, _AT_ONCE // len(values)),
            rng=np.random.default_rng(seed),
        ).confidence_interval
    return float(found.low), float(found.high)
