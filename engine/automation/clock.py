"""Times of day: when a time on the clock of some place comes next.

A time that a change of the clock leaves out comes as much later as the clock was moved; of one that
comes twice the first is meant. So there is one turn for each day of the calendar.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from engine.errors import InvalidInput


def next_run(at: str, zone: str, after: datetime) -> datetime:
    """The first moment after `after` at which it is `at` in this zone, in UTC. Raises `InvalidInput`."""
    hour, clock = time_of(at), zone_of(zone)
    day = after.astimezone(clock).date() - timedelta(days=1)
    while True:
        moment = datetime.combine(day, hour, clock).astimezone(UTC)
        if moment > after:
            return moment
        day += timedelta(days=1)


def time_of(at: str) -> time:
    """A time of day from HH:MM. Raises `InvalidInput`."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", at):
        raise InvalidInput("at", f"must be a time of day such as 03:00, got {at!r}")
    return time.fromisoformat(at)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises `InvalidInput`."""
    if name not in zones():
        raise InvalidInput("zone", f"must be a time zone such as Europe/Paris, got {name!r}")
    return ZoneInfo(name)


@cache
def zones() -> tuple[str, ...]:
    """The names of all zones, in their order."""
    return tuple(sorted(available_timezones() - {"localtime"}))
