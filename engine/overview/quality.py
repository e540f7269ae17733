"""How scores are spread, and their middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.store.growth import ScoreCount

BIN = 0.5
BINS = 20  # from 0 to 10; the last one holds 10.0 too


@dataclass(frozen=True)
class ScoreDistribution:
    """Texts by score (0-10) in bins of half a point, from 0 up.

    `usable` are examples that are trained on; `others` are those that are not, and rejected slots.
    `median` is that of the usable ones to a hundredth, None without any.
    """

    usable: tuple[int, ...]
    others: tuple[int, ...]
    median: float | None

    @property
    def total(self) -> int:
        return sum(self.usable) + sum(self.others)


def distribution_of(counts: Sequence[ScoreCount]) -> ScoreDistribution:
    """The bins of scores that were counted, lowest first."""
    usable, others = [0] * BINS, [0] * BINS
    for row in counts:
        place = min(BINS - 1, int(row.score / BIN))
        usable[place] += row.usable
        others[place] += row.others
    return ScoreDistribution(tuple(usable), tuple(others), _median(counts))


def _median(counts: Sequence[ScoreCount]) -> float | None:
    """The middle of the usable scores; between two middles, their mean."""
    total = sum(row.usable for row in counts)
    if not total:
        return None
    middles = ((total - 1) // 2, total // 2)
    return sum(_at(counts, place) for place in middles) / 2


def _at(counts: Sequence[ScoreCount], place: int) -> float:
    """The usable score at this place, from 0, in their order."""
    passed = 0
    for row in counts:
        passed += row.usable
        if place < passed:
            return row.score
    raise IndexError(place)
