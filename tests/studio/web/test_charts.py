"""Charts: units on the axes, n in the title, colours that stand out on paper and on ink."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

import pytest

from engine.domain.run import Step
from studio.web import charts
from studio.web.navigation import PAGES

CONFIG = tomllib.loads((PAGES.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chart_colours_have_a_contrast_of_three(scheme: str) -> None:
    paper = CONFIG["theme"][scheme]["backgroundColor"]
    for colour in (charts.BLUE, charts.ORANGE, charts.GREEN, charts.GREY):
        assert contrast(colour, paper) >= 3, (colour, paper)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_buttons_and_links_have_a_contrast_of_four_and_a_half(scheme: str) -> None:
    theme = CONFIG["theme"][scheme]
    for paper in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert contrast(theme["textColor"], paper) >= 7
        assert contrast(theme["linkColor"], paper) >= 4.5
    assert contrast("#FFFFFF", theme["primaryColor"]) >= 4.5


def test_the_histogram_splits_at_the_threshold_and_loses_no_text() -> None:
    figure = charts.quality_histogram([3.0, 6.99, 7.0, 9.5], 7.0)
    rejected, kept = figure.data
    assert (list(rejected.x), list(kept.x)) == ([3.0, 6.99], [7.0, 9.5])
    assert figure.layout.shapes[0].x0 == 7.0
    assert "n = 4" in figure.layout.title.text
    assert "7.0" in figure.layout.xaxis.title.text


def test_genres_are_counted_in_the_title() -> None:
    figure = charts.genre_bars({"horror": 3, "sci_fi": 5})
    assert list(figure.data[0].y) == ["Horror", "Sci-fi"]
    assert "n = 8" in figure.layout.title.text
    assert figure.layout.xaxis.title.text == "Texts"


def test_readiness_shows_the_scale_and_grows_with_the_examples() -> None:
    figure = charts.readiness_bar(38, 50)
    assert list(figure.layout.xaxis.tickvals) == [0, 10, 50, 100]
    assert [note.text for note in figure.layout.annotations] == ["not ready", "ready", "excellent"]
    assert charts.readiness_bar(400, 50).layout.xaxis.range[1] > 400


def test_the_best_validation_loss_is_marked_where_it_is() -> None:
    at = datetime.now(UTC)
    steps = [
        Step("r", 1, 0.1, 3.9, None, 1e-4, 300.0, 1000.0, at),
        Step("r", 2, 0.2, 3.7, None, 1e-4, 300.0, 1000.0, at),
        Step("r", 2, 0.2, None, 3.6, 1e-4, None, 1000.0, at),
        Step("r", 3, 0.3, 3.5, None, 1e-4, 300.0, 1000.0, at),
        Step("r", 3, 0.3, None, 3.8, 1e-4, None, 1000.0, at),
    ]
    figure = charts.loss_curve(steps, 6)
    train, validation = figure.data
    assert list(train.x) == [1, 2, 3]
    assert list(validation.y) == [3.6, 3.8]
    best = figure.layout.annotations[0]
    assert (best.x, best.text) == (2, "best so far 3.600")
    assert "nats per token" in figure.layout.yaxis.title.text
    assert "n = 3 of 6" in figure.layout.title.text
