"""Reading recipes: YAML files in recipes/, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from engine.domain.recipe import Recipe
from engine.errors import InvalidInput, NotFound
from engine.training.child import TRAINERS

FOLDER = Path(__file__).with_name("recipes")


def recipe_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_recipe(name: str, changes: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe of that name, with other values where `changes` has some; raises `NotFound`, or
    `InvalidInput` naming the field that is off."""
    if name not in recipe_names():
        raise NotFound("recipe", name)
    data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return parse_recipe({**data, **(changes or {})})


def parse_recipe(data: dict[str, Any]) -> Recipe:
    """A recipe from plain data; every field must be there, of its type and in range."""
    known = {field.name: field.type for field in fields(Recipe)}
    for name in data:
        if name not in known:
            raise InvalidInput(str(name), "is not a field of a recipe")
    for name, kind in known.items():
        if name not in data:
            raise InvalidInput(name, "is missing from the recipe")
        accepted = (int, float) if kind == "float" else {"int": int, "str": str}[str(kind)]
        if isinstance(data[name], bool) or not isinstance(data[name], accepted):
            raise InvalidInput(name, f"must be {kind}, got {data[name]!r}")
    positive = ("rank", "alpha", "learning_rate", "epochs", "batch_size", "gradient_accumulation")
    for name in (*positive, "max_length", "early_stopping_patience", "evaluations_per_epoch"):
        if data[name] <= 0:
            raise InvalidInput(name, f"must be positive, got {data[name]}")
    for name in ("dropout", "warmup_ratio", "weight_decay"):
        if not 0 <= data[name] < 1:
            raise InvalidInput(name, f"must be from 0 to below 1, got {data[name]}")
    if data["trainer"] not in TRAINERS:
        raise InvalidInput("trainer", f"must be of {', '.join(TRAINERS)}, got {data['trainer']!r}")
    return Recipe(**data)
