"""Figures and texts as people read them. Pure functions; knows neither Streamlit nor the engine."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

# Everything that begins markup somewhere: Markdown, HTML, LaTeX, emoji codes, coloured text.
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&=^])")


def plain(text: str) -> str:
    r"""Text for places that read Markdown (labels, captions, alerts), shown letter by letter.

    >>> plain("costs $5, *really*")
    'costs \\$5, \\*really\\*'
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def shortened(text: str, length: int = 60) -> str:
    """One line of at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> [duration(value) for value in (0.34, 12.3, 95, 1500, 7500)]
    ['0.3 s', '12 s', '2 min', '25 min', '2 h 5 min']
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """Bytes with a unit.

    >>> size(98_000_000)
    '98.0 MB'
    """
    value = float(count)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def moment(at: datetime, clock: tzinfo | None = None) -> str:
    """A point in time on a clock, else on this machine's, e.g. `3 Nov 2026, 14:05`."""
    return f"{day(at, clock)}, {at.astimezone(clock):%H:%M}"


def day(at: datetime, clock: tzinfo | None = None) -> str:
    """A day on a clock, else on this machine's, e.g. `3 Nov 2026`."""
    local = at.astimezone(clock)
    return f"{local.day} {local:%b %Y}"


def coming(at: datetime, now: datetime) -> str:
    """When something comes, on the clock of `now`.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 11, 3, 22, 0, tzinfo=UTC)
    >>> [coming(now + timedelta(hours=hours), now) for hours in (1, 5, 48)]
    ['Today at 23:00', 'Tomorrow at 03:00', '5 Nov 2026 at 22:00']
    """
    local = at.astimezone(now.tzinfo)
    days = {0: "Today", 1: "Tomorrow"}
    which = days.get((local.date() - now.date()).days, day(at, now.tzinfo))
    return f"{which} at {local:%H:%M}"


def words(text: str) -> int:
    """Words of a text, split at white space."""
    return len(text.split())


def time_left(seconds: float | None) -> str:
    """What a job's own pace promises for the rest; empty while there is no pace yet."""
    return "" if seconds is None else f"about {duration(max(1.0, seconds))} left"


def genre_label(name: str | None) -> str:
    """A genre's name as people read it, e.g. `Dark fantasy`."""
    if not name:
        return "Any genre"
    return name.replace("_", " ").capitalize().replace("Sci fi", "Sci-fi")
