"""How a collection grew, and which genres it is short of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.domain.genre import Genre
from engine.store.growth import DayCount, Dimension

SHOWN_NAMES = 5
OTHERS = "others"
NO_NAME = "none"
# A genre is short of texts below this share of what the other genres have on average ...
GAP_SHARE = 0.5
# ... once those have so many that the average means something.
GAP_AVERAGE = 2.0


@dataclass(frozen=True)
class Series:
    """Usable examples of one name, added up to and including each day of the growth."""

    name: str
    totals: tuple[int, ...]


@dataclass(frozen=True)
class Growth:
    """Usable examples over time, most first. `days` are days (UTC) on which something was added.

    The commonest names have a series each; what is left is one series, `others`.
    """

    by: Dimension
    days: tuple[date, ...]
    series: tuple[Series, ...]

    @property
    def total(self) -> int:
        return sum(each.totals[-1] for each in self.series)


@dataclass(frozen=True)
class GenreGap:
    """A genre with few usable examples beside the `average` of the other genres."""

    genre: str
    count: int
    average: float


def growth_of(rows: Sequence[DayCount], by: Dimension) -> Growth:
    """The running totals of counts by day, oldest day first."""
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row.name or NO_NAME] += row.added
    names = [name for name, _ in totals.most_common()]
    if len(names) > SHOWN_NAMES + 1:
        names = [*names[:SHOWN_NAMES], OTHERS]
    days = sorted({row.day for row in rows})
    place = {day: index for index, day in enumerate(days)}
    added = {name: [0] * len(days) for name in names}
    for row in rows:
        name = row.name or NO_NAME
        added[name if name in added else OTHERS][place[row.day]] += row.added
    series = tuple(Series(name, _running(counts)) for name, counts in added.items())
    return Growth(by, tuple(days), series)


def every_genre(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts with a zero for each genre that has none yet."""
    return {**dict.fromkeys((genre.value for genre in Genre), 0), **counts}


def gaps_of(counts: Mapping[str, int]) -> list[GenreGap]:
    """Genres that have less than half of what the others have on average, the shortest first."""
    total = sum(counts.values())
    found = [
        GenreGap(genre, count, (total - count) / max(1, len(counts) - 1))
        for genre, count in counts.items()
    ]
    short = [
        gap for gap in found if gap.average >= GAP_AVERAGE and gap.count < GAP_SHARE * gap.average
    ]
    return sorted(short, key=lambda gap: (gap.count, gap.genre))


def _running(counts: Iterable[int]) -> tuple[int, ...]:
    total, totals = 0, []
    for count in counts:
        total += count
        totals.append(total)
    return tuple(totals)
