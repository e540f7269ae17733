"""How long a training still takes, replayed from the rows of real ones, and by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.domain.run import Step
from engine.training.pace import pace_of
from tests.recorded_runs import RECORDED, recorded

AT = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


def row(step: int, seconds: float, share: float | None = None) -> Step:
    at = AT + timedelta(seconds=seconds)
    return Step("a" * 32, step, step / 10, 3.0, None, 2e-4, 310.0, 1650.0, at, 1.0, share)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_after_a_tenth_the_rest_is_foretold_within_a_fifth(path: Path) -> None:
    steps = recorded(path)
    total, end = steps[-1].step, steps[-1].at
    for place, now in enumerate(steps):
        if now.step >= 0.1 * total:
            left = (end - now.at).total_seconds()
            foretold = pace_of(steps[: place + 1], total).seconds_left
            assert foretold == pytest.approx(left, rel=0.2, abs=1.5)


def test_without_a_share_steps_are_counted() -> None:
    pace = pace_of([row(step, 2.0 * step) for step in range(1, 11)], 40)
    assert pace.seconds == 18.0
    assert pace.steps_per_second == 0.5
    assert pace.seconds_left == pytest.approx(60.0)


def test_long_rows_at_the_beginning_do_not_make_the_rest_long() -> None:
    rows = [row(1, 0.0, 0.1), row(2, 10.0, 0.3), row(3, 20.0, 0.5)]
    assert pace_of(rows, 30).seconds_left == pytest.approx(25.0)


def test_a_pause_is_not_counted() -> None:
    times = [*range(10), *(3600 + second for second in range(10))]
    rows = [row(step, second) for step, second in enumerate(times, start=1)]
    assert pace_of(rows, 40).seconds == 18.0


def test_before_the_second_row_nothing_is_known() -> None:
    assert pace_of([], 40).seconds_left is None
    assert pace_of([row(1, 0.0)], 40).seconds_left is None
    assert pace_of([row(1, 0.0), row(2, 3.0)], 0).seconds_left is None
