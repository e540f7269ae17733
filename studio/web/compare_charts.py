"""Charts of two models beside each other, in the look of `charts`."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from engine.domain.evaluation import Figure
from studio.web.charts import GREEN, GREY, ORANGE, finish
from studio.web.overview_charts import with_legend_below

ROW_PIXELS = 34
LOOKS = {
    "worse": (ORANGE, "triangle-left"),
    "too close to tell": (GREY, "circle"),
    "better": (GREEN, "triangle-right"),
}


def difference_chart(
    rows: Sequence[tuple[str, Figure, str]], *, title: str, unit: str
) -> go.Figure:
    """A dot with its 95 % interval for each name, difference and finding; zero is a line."""
    figure = go.Figure()
    for finding, (colour, symbol) in LOOKS.items():
        mine = [(name, each) for name, each, found in rows if found == finding]
        figure.add_scatter(
            x=[each.value for _, each in mine],
            y=[name for name, _ in mine],
            name=finding,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 11},
            error_x={
                "array": [each.high - each.value for _, each in mine],
                "arrayminus": [each.value - each.low for _, each in mine],
                "color": colour,
                "thickness": 2,
                "width": 5,
            },
            customdata=[[each.low, each.high, each.n] for _, each in mine],
            hovertemplate="%{y}: %{x:+.2f} (%{customdata[0]:+.2f} to %{customdata[1]:+.2f}, "
            "n = %{customdata[2]})<extra></extra>",
            visible=bool(mine),
        )
    figure.add_vline(0, line_color=GREY, line_dash="dash", line_width=2)
    figure.update_xaxes(title=unit, zeroline=False)
    names = [name for name, _, _ in rows]
    figure.update_yaxes(automargin=True, categoryorder="array", categoryarray=names[::-1])
    figure = finish(figure, title).update_layout(height=100 + ROW_PIXELS * len(rows))
    return with_legend_below(figure)
