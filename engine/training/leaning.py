"""How a model leans on held-out preferences, beside the held-out loss that every trainer measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.evaluation.intervals import mean_figure
from engine.training import causal
from engine.training.preference_rows import PairRow, Row
from engine.training.rows import TextRow


def measure(
    base: Path,
    test_rows: Sequence[TextRow],
    *,
    trained: Mapping[str, Path | None],
    max_length: int,
    preferences: Sequence[Row] = (),
    start: Path | None = None,
) -> dict[str, Any]:
    """What `causal.measure` says, and under `notes` in a sentence how the trained adapter leans on held-out
    preferences against what it started from, `start` or the base."""
    answers = [text for row in preferences for text in row.texts]
    found = causal.measure(
        base,
        [*test_rows, *answers],
        trained={**trained, "start": start},
        max_length=max_length,
    )["losses"]
    kept = len(test_rows)
    logs = {name: [-nats for nats, _ in rows[kept:]] for name, rows in found.items()}
    before = logs["before"] if start is None else logs["start"]
    return {
        "losses": {name: rows[:kept] for name, rows in found.items() if name != "start"},
        "notes": [leaning(preferences, before, logs["after"])],
    }


def leaning(rows: Sequence[Any], before: Sequence[float], after: Sequence[float]) -> str:
    """What became of held-out preferences, by the log likelihoods of their texts before and after."""
    if not rows:
        return "No preference was held out, so it was not measured whether it leans to what you prefer."
    if isinstance(rows[0], PairRow):
        leads = [
            [logs[at] - logs[at + 1] for at in range(0, len(logs), 2)] for logs in (before, after)
        ]
        changes = [new - old for old, new in zip(*leads, strict=True)]
        likelier = [sum(lead > 0 for lead in each) for each in leads]
        texts, gained = f"{len(rows)} held-out pairs", "the better text gained on the worse one"
        more = f"It is the likelier one in {likelier[1]}, before in {likelier[0]}. "
    else:
        changes = [
            (new - old) * (1 if row.desirable else -1)
            for row, old, new in zip(rows, before, after, strict=True)
        ]
        texts, gained = f"{len(rows)} held-out thumbs", "the text moved the way of its thumb"
        more = ""
    figure = mean_figure(changes, seed=0)
    right = sum(change > 0 for change in changes)
    return (
        f"Of {texts}, {gained} in {right} ({right / len(rows):.0%}). {more}On average by "
        f"{figure.value:+.2f} nats a text (95 % interval {figure.low:+.2f} to {figure.high:+.2f})."
    )
