"""Recipes: every field checked, the offender named."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from engine.errors import InvalidInput, NotFound
from engine.training.recipe import load_recipe, parse_recipe, recipe_names


def test_every_recipe_loads_under_its_own_name() -> None:
    assert "quick" in recipe_names()
    for name in recipe_names():
        assert load_recipe(name).name == name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rank", 0),
        ("rank", "16"),
        ("epochs", 2.5),
        ("epochs", True),
        ("learning_rate", -1.0),
        ("dropout", 1.0),
        ("surprise", 1),
        ("trainer", "magic"),
        ("seed", None),
    ],
)
def test_a_bad_field_is_named(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_recipe(asdict(load_recipe("quick")) | {field: value})
    assert caught.value.field == field


def test_a_missing_field_is_named() -> None:
    data = asdict(load_recipe("quick"))
    del data["scheduler"]
    with pytest.raises(InvalidInput, match="scheduler is missing"):
        parse_recipe(data)


def test_an_unknown_recipe_is_not_a_path() -> None:
    with pytest.raises(NotFound):
        load_recipe("../../secrets")
