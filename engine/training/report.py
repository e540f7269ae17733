"""What a trainer tells while it trains and when it has ended; the same for every trainer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from transformers import TrainerCallback


@dataclass(frozen=True)
class StepReport:
    """One row of the training curve. Losses in nats per answer token, memory in megabytes."""

    step: int
    total_steps: int
    epoch: float
    loss: float | None
    validation_loss: float | None
    learning_rate: float | None
    tokens_per_second: float | None
    memory_mb: float


@dataclass(frozen=True)
class TrainResult:
    """`tokens` counts every token the model read in training, prompts included, padding not."""

    adapter: Path
    trainable_parameters: int
    tokens: int
    epochs: float
    seconds: float
    best_validation_loss: float | None


class Reporter(TrainerCallback):  # type: ignore[misc]
    """Sends a StepReport for every logged step; counts tokens from the rows themselves."""

    def __init__(self, tokens_per_epoch: int, on_step: Callable[[StepReport], None]) -> None:
        self._tokens_per_epoch = tokens_per_epoch
        self._on_step = on_step
        self._last: tuple[float, float] | None = None
        self._process = psutil.Process()

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._last is None:
            self._last = (time.monotonic(), state.epoch or 0.0)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._last = (time.monotonic(), state.epoch or 0.0)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        logs = logs or {}
        if "loss" not in logs and "eval_loss" not in logs:
            return
        epoch, now = state.epoch or 0.0, time.monotonic()
        speed = None
        if "loss" in logs and self._last is not None and now > self._last[0]:
            speed = (epoch - self._last[1]) * self._tokens_per_epoch / (now - self._last[0])
            self._last = (now, epoch)
        self._on_step(
            StepReport(
                step=state.global_step,
                total_steps=state.max_steps,
                epoch=epoch,
                loss=logs.get("loss"),
                validation_loss=logs.get("eval_loss"),
                learning_rate=logs.get("learning_rate"),
                tokens_per_second=speed,
                memory_mb=self._process.memory_info().rss / 2**20,
            )
        )
