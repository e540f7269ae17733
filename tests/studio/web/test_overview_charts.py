"""Charts of the dashboard: nothing is lost, units stand on the axes, colours stand out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.domain.job import JobState
from engine.overview.curves import Curve, Point
from engine.overview.growth import growth_of
from engine.overview.quality import distribution_of
from engine.store.curves import RunLine
from engine.store.growth import DayCount, Dimension, ScoreCount
from studio.web import overview_charts as charts
from tests.engine.overview.test_curves import step
from tests.studio.web.test_charts import CONFIG, contrast

AT = datetime(2026, 11, 2, tzinfo=UTC)


def curve(version: int, best: Point | None) -> Curve:
    run = RunLine(str(version), JobState.SUCCEEDED, "quick", AT, 2, 3.1, 60.0, 400.0, version)
    points = (Point(1, 3.9), Point(2, 3.5))
    return Curve(run, points, (best,) if best else (), best, 2, step(2, 3.5))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_palette_is_the_themes_and_stands_out(scheme: str) -> None:
    theme = CONFIG["theme"][scheme]
    assert list(charts.PALETTE) == theme["chartCategoricalColors"]
    for colour in charts.PALETTE:
        assert contrast(colour, theme["backgroundColor"]) >= 3, colour


def test_a_single_day_is_an_area_that_ends_at_its_total() -> None:
    growth = growth_of([DayCount(date(2026, 11, 2), "horror", 4)], Dimension.GENRE)
    figure = charts.growth_chart(growth)
    (series,) = figure.data
    assert list(series.y) == [0, 4, 4]
    assert list(series.x) == [date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)]
    assert figure.layout.title.text == "Growth by genre, n = 4 examples"


def test_every_series_has_a_colour_and_a_pattern_of_its_own() -> None:
    rows = [DayCount(date(2026, 11, 2), f"m{n}", 20 - n) for n in range(12)]
    figure = charts.growth_chart(growth_of(rows, Dimension.GENERATOR))
    assert sum(series.y[-1] for series in figure.data) == sum(row.added for row in rows)
    looks = [(series.line.color, series.fillpattern.shape) for series in figure.data]
    assert len(set(looks)) == len(looks) == 6


def test_quality_stacks_used_on_not_used_texts() -> None:
    rows = [ScoreCount(3.2, 0, 2), ScoreCount(8.0, 3, 1)]
    figure = charts.quality_chart(distribution_of(rows), 7.0)
    others, used = figure.data
    assert (sum(others.y), sum(used.y)) == (3, 3)
    assert figure.layout.barmode == "stack"
    assert figure.layout.title.text == "Quality, n = 6 texts"
    assert figure.layout.xaxis.title.text == "Score (0-10), kept from 7.0"


def test_short_genres_differ_by_more_than_their_colour() -> None:
    figure = charts.genre_chart({"horror": 1, "sci_fi": 9}, ["horror"])
    (bars,) = figure.data
    assert list(bars.y) == ["Horror", "Sci-fi"]
    assert list(bars.text) == ["1 · few", "9"]
    assert list(bars.marker.pattern.shape) == ["/", ""]
    assert figure.layout.xaxis.title.text == "Usable examples, average 5"


def test_an_overlay_has_lines_and_a_star_for_each_training() -> None:
    figure = charts.loss_overlay([curve(2, Point(2, 3.4)), curve(1, None)])
    shown = [line.name for line in figure.data if line.visible is not False]
    assert shown == ["v2 train", "v2 validation", "v2 best so far", "v1 train"]
    in_legend = [line.name for line in figure.data if line.showlegend is not False]
    assert [name for name in in_legend if name in shown] == ["v2 validation", "v1 train"]
    assert figure.data[0].line.color != figure.data[3].line.color
    assert figure.data[2].marker.symbol == "star"
    assert figure.layout.title.text == "Loss, n = 4 steps"
    assert figure.layout.yaxis.title.text == "Loss (nats per token)"


def test_a_training_alone_names_each_of_its_lines() -> None:
    figure = charts.loss_overlay([curve(2, Point(2, 3.4))])
    assert all(line.showlegend is not False for line in figure.data)


def test_small_counts_have_whole_numbers_once() -> None:
    assert charts.counts_up_to(3)["dtick"] == 1
    assert charts.counts_up_to(300)["dtick"] is None
