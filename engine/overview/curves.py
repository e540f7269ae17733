"""Loss curves of trainings: thinned for the eye, complete as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from engine.domain.run import Step
from engine.store.curves import RunLine

SHOWN_POINTS = 400
CSV_COLUMNS = (
    "run",
    "label",
    "step",
    "epoch",
    "train_loss",
    "validation_loss",
    "learning_rate",
    "tokens_per_second",
    "memory_mb",
    "gradient_norm",
    "at",
)


class Point(NamedTuple):
    """A figure at a step; a loss in nats per answer token."""

    step: int
    value: float


@dataclass(frozen=True)
class Curve:
    """The losses of one training. `best` is the lowest validation loss so far, None without one.

    `steps` is how many training steps were logged, however many points are left of them.
    """

    run: RunLine
    training: tuple[Point, ...]
    validation: tuple[Point, ...]
    best: Point | None
    steps: int
    last: Step


def curve_of(run: RunLine, steps: Sequence[Step], *, points: int = SHOWN_POINTS) -> Curve:
    """The curve of a training that has logged at least one step."""
    training = [Point(step.step, step.loss) for step in steps if step.loss is not None]
    validation = [
        Point(step.step, step.validation_loss) for step in steps if step.validation_loss is not None
    ]
    logged = [step for step in steps if step.tokens_per_second is not None]
    return Curve(
        run=run,
        training=thinned(training, points),
        validation=thinned(validation, points),
        best=min(validation, key=lambda point: point.value, default=None),
        steps=len(training),
        last=logged[-1] if logged else steps[-1],
    )


def thinned(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most `most` points of a curve: the lowest and the highest of each stretch, so that no
    spike is lost. Raises ValueError for fewer than two."""
    if most < 2:
        raise ValueError(f"most must be 2 or more, got {most}")
    if len(points) <= most:
        return tuple(points)
    stretches, by_value = most // 2, attrgetter("value")
    kept: list[Point] = []
    for number in range(stretches):
        begin = number * len(points) // stretches
        stretch = points[begin : (number + 1) * len(points) // stretches]
        kept.extend(sorted({min(stretch, key=by_value), max(stretch, key=by_value)}))
    return tuple(kept)


def as_csv(runs: Sequence[RunLine], steps: Mapping[str, Sequence[Step]]) -> str:
    """Every logged step of these trainings, a row each, with a line of names above."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for run in runs:
        for step in steps.get(run.id, ()):
            writer.writerow(
                [
                    run.id,
                    run.label,
                    step.step,
                    step.epoch,
                    step.loss,
                    step.validation_loss,
                    step.learning_rate,
                    step.tokens_per_second,
                    step.memory_mb,
                    step.gradient_norm,
                    step.at.isoformat(),
                ]
            )
    return text.getvalue()
