"""Recipe: the numbers of a training, as its trainer takes them. Where they come from is a
configuration (engine/training/config.py)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """Every setting a trainer needs. Lengths are tokens, the learning rate is the peak rate.

    `warmup_steps` are steps, or from 0 to below 1 a share of all. A patience of 0 never stops early.
    `optimizer`, `scheduler` and `loggers` are transformers' names. What only LoRA or preference trainers
    know is None for others.
    """

    name: str
    trainer: str
    learning_rate: float
    epochs: int
    batch_size: int
    gradient_accumulation: int
    warmup_steps: float
    weight_decay: float
    optimizer: str
    scheduler: str
    max_length: int
    early_stopping_patience: int
    save_best_model: bool
    evaluations_per_epoch: int
    keep_epochs: bool
    loggers: tuple[str, ...]
    seed: int
    rank: int | None = None
    alpha: int | None = None
    dropout: float | None = None
    four_bit: bool | None = None
    beta: float | None = None
    text_weight: float | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What the trainer is called with."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        own = {"name", "trainer"}
        return {key: each for key, each in values.items() if key not in own and each is not None}
