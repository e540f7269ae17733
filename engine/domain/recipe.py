"""Recipe: a named training configuration. Recipes are YAML files in training/recipes/."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Every number a trainer needs. Lengths are tokens, the learning rate is the peak rate."""

    name: str
    trainer: str
    rank: int
    alpha: int
    dropout: float
    learning_rate: float
    epochs: int
    batch_size: int
    gradient_accumulation: int
    warmup_ratio: float
    weight_decay: float
    scheduler: str
    max_length: int
    early_stopping_patience: int
    evaluations_per_epoch: int
    seed: int
