"""Charts of the dashboard: figures in, plotly figures out, in the look of `charts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import plotly.graph_objects as go

from engine.overview.curves import Curve, Point
from engine.overview.growth import Growth, Series
from engine.overview.quality import BIN, ScoreDistribution
from engine.store.growth import Dimension
from studio.web.charts import BLUE, GREEN, GREY, ORANGE, counts_up_to, finish
from studio.web.wording import genre_label

# The palette of .streamlit/config.toml; series also differ in their pattern, dash or marker.
PALETTE = (BLUE, ORANGE, GREEN, "#A45A93", "#8A7A1E", "#6C7480")
PATTERNS = ("", "/", ".", "x", "\\", "-")
SYMBOLS = ("diamond", "square", "circle", "triangle-up", "cross", "x")
BELOW = {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0}
LEGEND_PIXELS = 60
FEW_DAYS = 4
DAY_MS = 86_400_000


def growth_chart(growth: Growth) -> go.Figure:
    """Usable examples over time, one layer a name; the top edge is all of them."""
    # From the day before the first, and to the end of the last: a single day is an area too.
    day = timedelta(days=1)
    days = [growth.days[0] - day, *growth.days, growth.days[-1] + day]
    figure = go.Figure(
        [
            go.Scatter(
                x=days,
                y=[0, *series.totals, series.totals[-1]],
                name=series_label(growth, series),
                mode="lines",
                stackgroup="all",
                line={"color": colour, "width": 1.5, "shape": "hv"},
                fillpattern={"shape": pattern, "fillmode": "overlay", "size": 8, "solidity": 0.2},
                hovertemplate="%{y:,d}",
            )
            for series, colour, pattern in zip(growth.series, PALETTE, PATTERNS, strict=False)
        ]
    )
    few = (days[-1] - days[0]).days <= FEW_DAYS
    figure.update_xaxes(
        title="Day (UTC)",
        range=[days[0], days[-1]],
        tickformat="%-d %b %y",
        dtick=DAY_MS if few else None,
        nticks=0 if few else 6,
    )
    figure.update_yaxes(title="Usable examples", **counts_up_to(growth.total))
    title = f"Growth by {growth.by.value}, n = {growth.total:,} examples"
    return with_legend_below(finish(figure, title, hovermode="x unified"))


def series_label(growth: Growth, series: Series) -> str:
    """A layer's name; models are called what they are called."""
    is_model = growth.by is Dimension.GENERATOR
    return series.name if is_model else genre_label(series.name)


def quality_chart(scores: ScoreDistribution, threshold: float) -> go.Figure:
    """How many texts got which score, those that are trained on apart."""
    middles = [(place + 0.5) * BIN for place in range(len(scores.usable))]
    hover = "%{y:,d} texts around %{x:.2f}"
    figure = go.Figure(
        [
            go.Bar(x=middles, y=scores.others, name="not used", marker_color=GREY),
            go.Bar(x=middles, y=scores.usable, name="used", marker_color=BLUE),
        ]
    )
    figure.update_traces(hovertemplate=hover, width=BIN)
    figure.data[0].marker.pattern.shape = "/"
    figure.add_vline(threshold, line_color=ORANGE, line_dash="dash", line_width=2)
    figure.update_xaxes(title=f"Score (0-10), kept from {threshold:.1f}", range=[0, 10])
    highest = max(map(sum, zip(scores.usable, scores.others, strict=True)))
    figure.update_yaxes(title="Texts", **counts_up_to(highest))
    title = f"Quality, n = {scores.total:,} texts"
    return with_legend_below(finish(figure, title, barmode="stack"))


def genre_chart(counts: Mapping[str, int], short: Sequence[str]) -> go.Figure:
    """Usable examples of each genre, those it is short of marked, and the average of all."""
    rows = sorted(counts.items(), key=lambda row: (row[1], row[0]))
    average = sum(counts.values()) / max(1, len(counts))
    figure = go.Figure(
        go.Bar(
            x=[count for _, count in rows],
            y=[genre_label(genre) for genre, _ in rows],
            orientation="h",
            marker={
                "color": [ORANGE if genre in short else BLUE for genre, _ in rows],
                "pattern": {"shape": ["/" if genre in short else "" for genre, _ in rows]},
            },
            text=[f"{count:,} · few" if genre in short else f"{count:,}" for genre, count in rows],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,d} examples<extra></extra>",
        )
    )
    figure.add_vline(average, line_color=GREY, line_dash="dash", line_width=2)
    longest = max([1, *counts.values()])
    figure.update_xaxes(
        title=f"Usable examples, average {average:,.0f}",
        range=[0, longest * 1.18],
        **counts_up_to(longest),
    )
    figure.update_yaxes(automargin=True)
    return finish(figure, f"Genres, n = {sum(counts.values()):,} examples")


def loss_overlay(curves: Sequence[Curve]) -> go.Figure:
    """Training and validation loss of several trainings over their steps; a star marks the best.

    Of several, each has one entry in the legend, and its noisy training loss steps back.
    """
    figure, alone = go.Figure(), len(curves) == 1
    for curve, colour, symbol in zip(curves, PALETTE, SYMBOLS, strict=False):
        label = curve.run.label
        marker = {"symbol": symbol, "size": 7, "color": colour}
        star = {"symbol": "star", "size": 15, "color": colour, "line": {"width": 1}}
        figure.add_scatter(
            **_points(curve.training, f"{label} train", label),
            mode="lines",
            line={"color": colour, "width": 1.5},
            opacity=1.0 if alone else 0.45,
            showlegend=alone or not curve.validation,
        )
        figure.add_scatter(
            **_points(curve.validation, f"{label} validation", label),
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": "dash"},
            marker=marker,
            visible=bool(curve.validation),
        )
        figure.add_scatter(
            **_points([curve.best] if curve.best else [], f"{label} best so far", label),
            mode="markers",
            marker=star,
            showlegend=alone,
            visible=curve.best is not None,
        )
    steps = sum(curve.steps for curve in curves)
    figure.update_xaxes(title="Step", tickformat=",d", rangemode="tozero")
    figure.update_yaxes(title="Loss (nats per token)")
    figure = with_legend_below(finish(figure, f"Loss, n = {steps:,} steps", hovermode="x unified"))
    return figure.update_layout(height=420)


def _points(points: Sequence[Point], name: str, group: str) -> dict[str, object]:
    """What every line of a training shares; a click on the legend takes the whole group."""
    return {
        "x": [point.step for point in points],
        "y": [point.value for point in points],
        "name": name,
        "legendgroup": group,
        "hovertemplate": "%{y:.3f}",
    }


def with_legend_below(figure: go.Figure) -> go.Figure:
    """Names under the chart, where a narrow window leaves room for them."""
    height = figure.layout.height + LEGEND_PIXELS
    return figure.update_layout(legend=BELOW, height=height, margin={"b": 44 + LEGEND_PIXELS})
