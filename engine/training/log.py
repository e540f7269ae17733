"""The training's own log: every step as a line, every epoch as a summary. It names no text."""

from __future__ import annotations

import math
import time
from statistics import fmean

from engine.training.report import SampleReport, StepReport


class TrainingLog:
    """Writes to stdout, which is `train.log` of the run's folder."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._losses: list[float] = []
        self._speeds: list[float] = []
        self._peak_mb = 0.0
        self._best: tuple[float, int] | None = None
        self._summed = 0

    def step(self, report: StepReport) -> None:
        """One row of the curve; the last of an epoch is followed by the epoch's summary."""
        say(step_line(report))
        self._peak_mb = max(self._peak_mb, report.memory_mb)
        if report.loss is not None:
            self._losses.append(report.loss)
        if report.tokens_per_second is not None:
            self._speeds.append(report.tokens_per_second)
        if report.validation_loss is not None:
            found = (report.validation_loss, report.step)
            self._best = min(self._best or found, found)
        if report.loss is not None and math.floor(report.epoch) > self._summed:
            self._summed = math.floor(report.epoch)
            self._sum_up()

    def sample(self, report: SampleReport) -> None:
        """That an answer was written, and what it cost."""
        words = len(report.text.split())
        say(f"sample {report.position + 1}: {words} words in {report.seconds:.1f} s")

    def _sum_up(self) -> None:
        parts = [f"epoch {self._summed} done: mean loss {fmean(self._losses):.4f}"]
        if self._speeds:
            parts.append(f"{fmean(self._speeds):,.0f} tokens/s")
        if self._best is not None:
            parts.append(f"best validation loss so far {self._best[0]:.4f} at step {self._best[1]}")
        parts.append(f"peak memory {self._peak_mb:,.0f} MB")
        parts.append(f"{time.monotonic() - self._began:.0f} s since the start")
        say(", ".join(parts))
        self._losses, self._speeds = [], []


def step_line(report: StepReport) -> str:
    """E.g. `step 12/36, epoch 1.00, loss 3.4121, learning rate 3.9e-04, 310 tokens/s, …`."""
    parts = [f"step {report.step}/{report.total_steps}", f"epoch {report.epoch:.2f}"]
    if report.validation_loss is not None:
        parts.append(f"validation loss {report.validation_loss:.4f}")
    else:
        parts.append("loss no number" if report.loss is None else f"loss {report.loss:.4f}")
    if report.learning_rate is not None:
        parts.append(f"learning rate {report.learning_rate:.1e}")
    if report.gradient_norm is not None:
        parts.append(f"gradient norm {report.gradient_norm:.3f}")
    if report.tokens_per_second is not None:
        parts.append(f"{report.tokens_per_second:,.0f} tokens/s")
    return ", ".join([*parts, f"{report.memory_mb:,.0f} MB"])


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)
