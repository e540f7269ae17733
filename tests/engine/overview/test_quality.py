"""Scores fall into their bins, and the median is the middle of what is used."""

from __future__ import annotations

import statistics

import pytest

from engine.overview.quality import BINS, distribution_of
from engine.store.growth import ScoreCount


def test_scores_fall_into_bins_of_half_a_point() -> None:
    rows = [ScoreCount(0.0, 0, 1), ScoreCount(6.99, 0, 2), ScoreCount(7.0, 3, 0)]
    found = distribution_of([*rows, ScoreCount(10.0, 4, 0)])
    assert len(found.usable) == len(found.others) == BINS
    assert (found.others[0], found.others[13]) == (1, 2)
    assert (found.usable[14], found.usable[19]) == (3, 4)
    assert found.total == 10


@pytest.mark.parametrize("scores", [[7.1], [7.1, 8.3], [7.0, 9.0, 9.5], [7.25, 7.25, 8.0, 9.9]])
def test_the_median_is_that_of_the_used_scores(scores: list[float]) -> None:
    rows = [ScoreCount(score, scores.count(score), 5) for score in sorted(set(scores))]
    found = distribution_of([ScoreCount(1.0, 0, 9), *rows])
    assert found.median == pytest.approx(statistics.median(scores))


def test_without_a_used_text_there_is_no_median() -> None:
    assert distribution_of([ScoreCount(3.0, 0, 5)]).median is None
    assert distribution_of([]).total == 0
