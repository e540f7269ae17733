"""Curves: thinned without losing a spike, complete as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from engine.domain.job import JobState
from engine.domain.run import Step
from engine.overview.curves import Point, as_csv, curve_of, thinned
from engine.store.curves import RunLine

AT = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


def run_line(version: int | None = 3) -> RunLine:
    return RunLine("a" * 32, JobState.SUCCEEDED, "quick", AT, 1000, 3.1, 60.0, 400.0, version)


def step(number: int, loss: float | None, validation: float | None = None) -> Step:
    speed = None if loss is None else 310.0
    return Step("a" * 32, number, number / 10, loss, validation, 2e-4, speed, 1650.0, AT)


def test_thinning_keeps_order_spikes_and_the_bound() -> None:
    points = [Point(number, 3.0) for number in range(10_000)]
    points[4321], points[777] = Point(4321, 9.9), Point(777, 0.1)
    kept = thinned(points, 200)
    assert len(kept) <= 200
    assert [point.step for point in kept] == sorted({point.step for point in kept})
    assert Point(4321, 9.9) in kept
    assert Point(777, 0.1) in kept


def test_few_points_stay_as_they_are() -> None:
    points = [Point(number, float(number)) for number in range(5)]
    assert thinned(points, 5) == tuple(points)
    with pytest.raises(ValueError, match="got 1"):
        thinned(points, 1)


def test_a_curve_knows_its_best_and_how_much_it_was_made_of() -> None:
    logged = [step(number, 4 - number / 1000) for number in range(1, 1001)]
    validation = [step(250, None, 3.5), step(500, None, 3.2), step(750, None, 3.4)]
    curve = curve_of(run_line(), [*logged, *validation], points=100)
    assert curve.best == Point(500, 3.2)
    assert curve.steps == 1000
    assert len(curve.training) <= 100
    assert [point.step for point in curve.validation] == [250, 500, 750]
    assert curve.last.step == 1000


def test_the_csv_has_every_step() -> None:
    steps = {"a" * 32: [step(number, 3.0) for number in range(900)] + [step(900, None, 2.5)]}
    rows = list(csv.DictReader(io.StringIO(as_csv([run_line()], steps))))
    assert len(rows) == 901
    assert (rows[0]["label"], rows[0]["train_loss"], rows[0]["validation_loss"]) == (
        "v3",
        "3.0",
        "",
    )
    assert (rows[-1]["step"], rows[-1]["validation_loss"]) == ("900", "2.5")
    assert rows[-1]["at"] == "2026-11-02T08:30:00+00:00"


def test_a_run_without_a_version_is_called_by_its_time() -> None:
    assert run_line().label == "v3"
    assert run_line(None).label == "run of 02 Nov 08:30 UTC"
