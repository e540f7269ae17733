"""Charts: figures in, plotly figures out. Knows neither Streamlit nor the store.

Colours keep apart for the common kinds of colour blindness and stand out on paper and on ink alike
(contrast 3 or more on both); series also differ in their line or marker. Backgrounds are left to the
theme.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas  # noqa: F401  # plotly uses what of it is loaded, even a half, while another thread loads it
import plotly.graph_objects as go

from engine.domain.run import Step
from studio.web.wording import genre_label

BLUE, ORANGE, GREEN, GREY = "#2A7BB5", "#C4670F", "#1F8A6D", "#7C8490"
HEIGHT = 300
READINESS_SCALE = ((10, "not ready"), (50, "ready"), (100, "excellent"))


def quality_histogram(scores: Sequence[float], threshold: float) -> go.Figure:
    """How many texts got which score, with the line from which they are kept."""
    below = [score for score in scores if score < threshold]
    above = [score for score in scores if score >= threshold]
    bins = {"start": 0.0, "end": 10.5, "size": 0.5}
    figure = go.Figure(
        [
            go.Histogram(x=below, xbins=bins, name="rejected", marker_color=GREY),
            go.Histogram(x=above, xbins=bins, name="kept", marker_color=BLUE),
        ]
    )
    figure.add_vline(threshold, line_color=ORANGE, line_dash="dash", line_width=2)
    figure.update_xaxes(title=f"Score (0-10), kept from {threshold:.1f}", range=[0, 10.5])
    highest = max(Counter(int(score * 2) for score in scores).values(), default=0)
    figure.update_yaxes(title="Texts", **counts_up_to(highest))
    return finish(figure, f"Quality, n = {len(scores)} texts", barmode="stack")


def genre_bars(distribution: Mapping[str, int]) -> go.Figure:
    """How many texts each genre has, most first."""
    rows = sorted(distribution.items(), key=lambda row: row[1])
    figure = go.Figure(
        go.Bar(
            x=[count for _, count in rows],
            y=[genre_label(genre) for genre, _ in rows],
            orientation="h",
            marker_color=BLUE,
            text=[count for _, count in rows],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
        )
    )
    figure.update_xaxes(title="Texts", **counts_up_to(max(distribution.values(), default=0)))
    figure.update_yaxes(title="Genre", automargin=True)
    return finish(figure, f"Genres, n = {sum(distribution.values())} texts")


def readiness_bar(examples: int, train_at: int) -> go.Figure:
    """New examples on the scale 10, 50, 100; a dashed line where training starts by itself."""
    longest = max(110, examples * 1.1)
    figure = go.Figure(go.Bar(x=[examples], y=[""], orientation="h", marker_color=GREEN, width=0.5))
    for place, label in READINESS_SCALE:
        figure.add_vline(place, line_color=GREY, line_width=1)
        figure.add_annotation(
            x=place, y=1.0, yref="paper", yanchor="bottom", text=label, showarrow=False
        )
    if train_at:
        figure.add_vline(train_at, line_color=ORANGE, line_dash="dash", line_width=2)
    figure.update_xaxes(
        title="New kept examples since the last training",
        range=[0, longest],
        tickvals=[0, *(place for place, _ in READINESS_SCALE)],
    )
    figure.update_yaxes(showticklabels=False)
    figure = finish(figure, "")
    return figure.update_layout(height=150, margin={"t": 34, "b": 44, "l": 8, "r": 8})


def loss_curve(steps: Sequence[Step], total_steps: int) -> go.Figure:
    """Training and validation loss by step, with the best validation loss so far."""
    training = [(step.step, step.loss) for step in steps if step.loss is not None]
    validation = [
        (step.step, step.validation_loss) for step in steps if step.validation_loss is not None
    ]
    figure = go.Figure(
        [
            go.Scatter(
                x=[at for at, _ in training],
                y=[loss for _, loss in training],
                name="train",
                mode="lines",
                line={"color": BLUE, "width": 2},
            ),
            go.Scatter(
                x=[at for at, _ in validation],
                y=[loss for _, loss in validation],
                name="validation",
                mode="lines+markers",
                line={"color": ORANGE, "dash": "dash", "width": 2},
                marker={"symbol": "diamond", "size": 8},
            ),
        ]
    )
    if validation:
        at, best = min(validation, key=lambda row: row[1])
        side = 44 if at < 0.8 * total_steps else -44  # losses fall: above to the right is room
        figure.add_annotation(x=at, y=best, text=f"best so far {best:.3f}", ay=-34, ax=side)
    span = [0, total_steps] if total_steps else None
    figure.update_xaxes(title="Step", range=span, tickformat="d")
    figure.update_yaxes(title="Loss (nats per token)")
    return finish(figure, f"Loss, n = {len(training)} of {total_steps or '?'} steps")


def counts_up_to(highest: int) -> dict[str, object]:
    """How an axis of counts is drawn: whole numbers, each of them once."""
    return {"rangemode": "tozero", "tickformat": ",d", "dtick": 1 if highest <= 5 else None}


def finish(figure: go.Figure, title: str, **layout: object) -> go.Figure:
    """The look all charts share; `layout` adds to it."""
    return figure.update_layout(
        title={"text": title, "font": {"size": 15}},
        height=HEIGHT,
        margin={"t": 46, "b": 44, "l": 8, "r": 8},
        legend={"orientation": "h", "y": 1.14, "x": 1, "xanchor": "right"},
        bargap=0.08,
        **layout,
    )
