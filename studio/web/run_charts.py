"""Charts of one training beside its losses: learning rate, gradient norm, speed and memory by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from engine.overview.curves import Point
from studio.web.charts import BLUE, GREEN, GREY, ORANGE, finish

PANELS = {
    "learning_rate": ("Learning rate", BLUE, "%{y:.1e}"),
    "gradient_norm": ("Gradient norm", ORANGE, "%{y:.3f}"),
    "tokens_per_second": ("Tokens per second", GREEN, "%{y:,.0f}"),
    "memory_mb": ("Memory (MB)", GREY, "%{y:,.0f}"),
}
PANEL_PIXELS = 130


class Kept:
    """A chart that is made anew only when what it shows is another object."""

    def __init__(self, make: Callable[..., go.Figure | None]) -> None:
        self._make = make
        self._shown: tuple[Any, ...] | None = None
        self._figure: go.Figure | None = None

    def __call__(self, *shown: Any) -> go.Figure | None:
        before = self._shown
        if before is None or list(map(id, before)) != list(map(id, shown)):
            self._figure, self._shown = self._make(*shown), shown
        return self._figure


def figures_chart(figures: Mapping[str, Sequence[Point]]) -> go.Figure | None:
    """A panel for each figure that was logged, over the same steps; None before the first."""
    logged = [name for name in PANELS if figures[name]]
    if not logged:
        return None
    titles = [PANELS[name][0] for name in logged]
    figure = make_subplots(
        len(logged), 1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.09
    )
    for row, name in enumerate(logged, start=1):
        label, colour, hover = PANELS[name]
        figure.add_scatter(
            x=[point.step for point in figures[name]],
            y=[point.value for point in figures[name]],
            name=label,
            mode="lines",
            line={"color": colour, "width": 1.5},
            hovertemplate=hover,
            row=row,
            col=1,
        )
    figure.update_xaxes(rangemode="tozero", tickformat=",d")
    figure.update_xaxes(title="Step", row=len(logged), col=1)
    figure.update_yaxes(rangemode="tozero", nticks=4, exponentformat="e")
    figure.update_annotations(font={"size": 13}, x=0, xanchor="left")
    figure = finish(figure, "", hovermode="x unified", showlegend=False)
    return figure.update_layout(height=80 + PANEL_PIXELS * len(logged), margin={"t": 26})
