"""What a trainer tells while it trains and when it has ended; the same for every trainer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from transformers import TrainerCallback

from engine.errors import Diverged

# What a token costs forwards and backwards beside forwards alone: the base's own weights get no gradient.
TRAINED_TOKEN = 2


@dataclass(frozen=True)
class StepReport:
    """One row of the training curve. Losses in nats per answer token, memory in megabytes.

    `share` is how much of the whole training's work is done (0 to 1), its evaluations counted, as far
    as the trainer can tell. A row without either loss is one whose loss was no number.
    """

    step: int
    total_steps: int
    epoch: float
    loss: float | None
    validation_loss: float | None
    learning_rate: float | None
    tokens_per_second: float | None
    memory_mb: float
    gradient_norm: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class SampleReport:
    """The answer to one of the fixed prompts at the end of an epoch; `seconds` is what it cost."""

    step: int
    epoch: float
    position: int
    prompt: str
    text: str
    seconds: float


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
    """Sends a StepReport for every logged step, and ends a training whose loss is no number any more.

    Tokens are those that were read, padding not; `evaluation_tokens` are read at each evaluation.
    """

    def __init__(
        self,
        tokens_per_epoch: int,
        on_step: Callable[[StepReport], None],
        *,
        evaluation_tokens: int = 0,
    ) -> None:
        self._tokens_per_epoch = tokens_per_epoch
        self._evaluation_tokens = evaluation_tokens
        self._on_step = on_step
        self._last: tuple[float, int] | None = None
        self._process = psutil.Process()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        args.include_num_input_tokens_seen = "non_padding"
        args.logging_nan_inf_filter = False  # it would show an older loss in place of a ruined one

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._last = (time.monotonic(), state.num_input_tokens_seen)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._last = (time.monotonic(), state.num_input_tokens_seen)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        logs = logs or {}
        if "loss" not in logs and "eval_loss" not in logs:
            return
        tokens, now = state.num_input_tokens_seen, time.monotonic()
        speed = None
        if "loss" in logs and self._last is not None and now > self._last[0]:
            speed = (tokens - self._last[1]) / (now - self._last[0])
            self._last = (now, tokens)
        self._on_step(
            StepReport(
                step=state.global_step,
                total_steps=state.max_steps,
                epoch=state.epoch or 0.0,
                loss=finite(logs.get("loss")),
                validation_loss=finite(logs.get("eval_loss")),
                learning_rate=logs.get("learning_rate"),
                tokens_per_second=speed,
                memory_mb=self._process.memory_info().rss / 2**20,
                gradient_norm=finite(logs.get("grad_norm")),
                share=self._share(args, state, evaluated="eval_loss" in logs),
            )
        )
        if finite(logs.get("loss", logs.get("eval_loss"))) is None:
            raise Diverged(state.global_step)

    def _share(self, args: Any, state: Any, *, evaluated: bool) -> float:
        """Work done of work to do. An evaluation at this very step counts once it has been made."""
        every = max(1, state.max_steps // max(1, round(args.num_train_epochs)))
        if args.eval_strategy == "steps":
            every = state.eval_steps
        made = (state.global_step - (not evaluated)) // every
        evaluations = state.max_steps // every * self._evaluation_tokens
        training = TRAINED_TOKEN * self._tokens_per_epoch * args.num_train_epochs
        done = TRAINED_TOKEN * state.num_input_tokens_seen + made * self._evaluation_tokens
        return float(min(1.0, done / max(1, training + evaluations)))


def finite(value: float | None) -> float | None:
    """The value, or None for one that is no number or without bounds."""
    return value if value is not None and math.isfinite(value) else None
