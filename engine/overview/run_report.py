"""One training as a whole: its curve, its pace, what it answers, and whether it goes well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.job import Job, JobState
from engine.domain.run import Run, Sample, Step
from engine.overview.curves import SHOWN_POINTS, Curve, Point, curve_of, thinned
from engine.quality.score import Scorer
from engine.store.curves import RunLine
from engine.training.health import Finding, health_of
from engine.training.pace import Pace, pace_of

FIGURES = ("learning_rate", "gradient_norm", "tokens_per_second", "memory_mb")
"""What is logged of a step beside its losses."""


@dataclass(frozen=True)
class RunReport:
    """Everything that is shown of one training. `curve` is None before the first step.

    `figures` holds the points of each of FIGURES, thinned like the curve. `sample_share` is the part
    of the training's time that its samples took.
    """

    job: Job
    run: Run
    line: RunLine
    curve: Curve | None
    figures: dict[str, tuple[Point, ...]]
    pace: Pace
    peak_memory_mb: float | None
    gradient_norm: float | None
    findings: tuple[Finding, ...]
    samples: tuple[Sample, ...]
    sample_share: float | None

    @property
    def is_well(self) -> bool:
        """Nothing was found, and it did not end badly."""
        return not self.findings and self.job.state is not JobState.FAILED


def run_report(
    job: Job, run: Run, line: RunLine, steps: Sequence[Step], samples: tuple[Sample, ...]
) -> RunReport:
    """All of it, worked out of the training's rows; `steps` are in order."""
    pace = pace_of(steps, run.total_steps)
    norms = [step.gradient_norm for step in steps if step.gradient_norm is not None]
    cost = sum(sample.seconds for sample in samples)
    return RunReport(
        job=job,
        run=run,
        line=line,
        curve=curve_of(line, steps) if steps else None,
        figures={name: figure_of(steps, name) for name in FIGURES},
        pace=pace,
        peak_memory_mb=max((step.memory_mb for step in steps), default=None),
        gradient_norm=norms[-1] if norms else None,
        findings=tuple(health_of(steps, samples, Scorer.load().limits)),
        samples=samples,
        sample_share=cost / pace.seconds if samples and pace.seconds else None,
    )


def figure_of(steps: Sequence[Step], name: str, *, points: int = SHOWN_POINTS) -> tuple[Point, ...]:
    """One of FIGURES over the steps, thinned for the eye."""
    logged = [
        Point(step.step, value)
        for step in steps
        if step.loss is not None and (value := getattr(step, name)) is not None
    ]
    return thinned(logged, points)
