"""When a time of day comes next, on real clocks that are moved twice a year."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from engine.automation.clock import next_run, time_of, zone_of, zones
from engine.errors import InvalidInput
from tests.processes import ROOT


def runs(at: str, zone: str, first: datetime, days: int) -> list[datetime]:
    """So many turns, one after the other, on the clock of the zone."""
    moment, found = first, []
    for _ in range(days):
        moment = next_run(at, zone, moment)
        found.append(moment.astimezone(ZoneInfo(zone)))
    return found


def test_the_next_time_is_today_or_tomorrow() -> None:
    before = datetime(2026, 6, 1, 0, 59, tzinfo=UTC)  # 02:59 in Berlin
    assert next_run("03:00", "Europe/Berlin", before) == datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
    at = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
    assert next_run("03:00", "Europe/Berlin", at) == datetime(2026, 6, 2, 1, 0, tzinfo=UTC)


def test_a_time_that_the_clock_skips_comes_once_and_an_hour_later() -> None:
    found = runs("02:30", "Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC), 3)
    assert [f"{each:%d %H:%M}" for each in found] == ["28 02:30", "29 03:30", "30 02:30"]


def test_a_time_that_comes_twice_runs_the_first_time_only() -> None:
    found = runs("02:30", "Europe/Berlin", datetime(2026, 10, 23, 12, tzinfo=UTC), 3)
    assert [f"{each:%d %H:%M %Z}" for each in found] == [
        "24 02:30 CEST",
        "25 02:30 CEST",
        "26 02:30 CET",
    ]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Europe/London", "01:30"),
        ("America/New_York", "02:00"),
        ("America/Sao_Paulo", "00:00"),
        ("Australia/Lord_Howe", "02:15"),  # moved by half an hour
        ("Africa/Casablanca", "02:30"),  # moved four times a year
        ("Asia/Kathmandu", "23:59"),
    ],
)
@pytest.mark.parametrize("year", [2018, 2026])
def test_every_day_of_a_year_has_one_turn(zone: str, at: str, year: int) -> None:
    first = datetime(year - 1, 12, 31, 23, 59, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    found = runs(at, zone, first, 365)
    moments = [each.astimezone(UTC) for each in found]
    assert [each.date() for each in found] == [
        datetime(year, 1, 1).date() + timedelta(days=number) for number in range(365)
    ]
    assert all(timedelta(hours=22) < b - a < timedelta(hours=26) for a, b in pairwise(moments))


def test_a_day_that_was_left_out_of_the_calendar_has_no_turn_of_its_own() -> None:
    found = runs("09:00", "Pacific/Apia", datetime(2011, 12, 29, 12, tzinfo=UTC), 3)
    assert [f"{each:%d %H:%M}" for each in found] == ["29 09:00", "31 09:00", "01 09:00"]


@pytest.mark.parametrize("at", ["3:00", "24:00", "03:60", "03:00:00", "", "noon", "03:00\n"])
def test_what_is_no_time_of_day_is_named(at: str) -> None:
    with pytest.raises(InvalidInput, match="time of day") as caught:
        time_of(at)
    assert caught.value.field == "at"


@pytest.mark.parametrize("zone", ["", "Europe/Atlantis", "../etc/passwd", "Europe", "localtime"])
def test_what_is_no_zone_is_named(zone: str) -> None:
    with pytest.raises(InvalidInput, match="time zone") as caught:
        zone_of(zone)
    assert caught.value.field == "zone"


def test_zones_are_known_without_the_systems_files() -> None:
    script = "from engine.automation.clock import zones; print(len(zones()))"
    environment = {"PYTHONTZPATH": "", "PATH": "/usr/bin"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 400
    assert {"UTC", "Europe/Berlin", "Asia/Tokyo"} <= set(zones())
