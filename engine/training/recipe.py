"""Reading configurations: the recipes in recipes/ and a person's own files, every key checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.domain.recipe import Recipe
from engine.errors import NotFound
from engine.training.config import TrainingConfig
from engine.training.errors import ConfigProblem, InvalidConfig
from engine.training.marked import Marked, NotYaml, Place, read_marked

FOLDER = Path(__file__).with_name("recipes")
MOST_CHARACTERS = 100_000

_WANTED = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "list_type": "must be a list",
    "model_type": "must be a section with settings of its own",
    "model_attributes_type": "must be a section with settings of its own",
    "string_too_long": "is too long",
    "too_short": "is empty",
}
_BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


def recipe_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def load_config(name: str) -> TrainingConfig:
    """The recipe of that name, whole; raises `NotFound`."""
    if name not in recipe_names():
        raise NotFound("recipe", name)
    return read_config((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), name=name)


def load_recipe(name: str) -> Recipe:
    """The trainer's part of a recipe; raises `NotFound`."""
    return load_config(name).recipe


def read_config(text: str, *, name: str) -> TrainingConfig:
    """The configuration in a text of YAML; `name` is its name unless it says one.

    Raises `InvalidConfig`, which has every key that is off with its line.
    """
    if len(text) > MOST_CHARACTERS:
        said = f"has {len(text):,} characters, a configuration has at most {MOST_CHARACTERS:,}"
        raise InvalidConfig([ConfigProblem(None, "the file", said)])
    try:
        marked = read_marked(text)
    except NotYaml as error:
        raise InvalidConfig([ConfigProblem(error.line, "", f"not YAML: {error.why}")]) from None
    if marked.data is None:
        raise InvalidConfig([ConfigProblem(None, "the file", "is empty")])
    if marked.doubled:
        raise InvalidConfig(
            [
                ConfigProblem(line, _dotted(place), "is there twice")
                for place, line in marked.doubled
            ]
        )
    return _checked(marked, name)


def parse_config(data: Mapping[str, Any], *, name: str = "custom") -> TrainingConfig:
    """A configuration from plain data, such as a request holds. Raises `InvalidConfig`."""
    return _checked(Marked(data, {}, ()), name)


def config_of(request: Mapping[str, Any]) -> TrainingConfig:
    """What a training's job is to do: its own configuration or a recipe by name, with the `changes` to
    hyperparameters that a two-phase training asks for. Raises `NotFound`, `InvalidConfig`."""
    name = request["recipe"]
    config = (
        parse_config(request["config"], name=name) if "config" in request else load_config(name)
    )
    changes = request.get("changes") or {}
    if not changes:
        return config
    plain = config.model_dump()
    return parse_config(plain | {"hyperparameters": plain["hyperparameters"] | changes}, name=name)


def _checked(marked: Marked, name: str) -> TrainingConfig:
    if not isinstance(marked.data, Mapping):
        said = "must be settings, such as `hyperparameters:` with some below it"
        raise InvalidConfig([ConfigProblem(1, "the file", said)])
    try:
        config = TrainingConfig.model_validate(marked.data)
    except ValidationError as error:
        problems = [_problem(each, marked) for each in error.errors()]
        raise InvalidConfig(sorted(problems, key=lambda each: each.line or 0)) from None
    if config.model.name:
        return config
    return config.model_copy(update={"model": config.model.model_copy(update={"name": name[:64]})})


def _problem(error: ErrorDetails, marked: Marked) -> ConfigProblem:
    place: Place = tuple(error["loc"])
    if error["type"] == "invalid_key":
        place = (*place[:-1], str(place[-1]))
    near = place
    while near and near not in marked.lines:
        near = near[:-1]
    return ConfigProblem(marked.lines.get(near), _dotted(place) or "the file", _said(error, place))


def _said(error: ErrorDetails, place: Place) -> str:
    kind, context = error["type"], error.get("ctx", {})
    got = f", got {str(error['input'])[:60]!r}" if isinstance(error["input"], str) else ""
    if not got and isinstance(error["input"], (bool, int, float)):
        got = f", got {error['input']}"
    if kind == "extra_forbidden":
        return f"is not a setting; allowed: {', '.join(allowed(place[:-1]))}"
    if kind == "invalid_key":
        return "is not a setting: its name is no text"
    if kind == "literal_error":
        return f"must be one of {context['expected']}{got}".replace(" or '", ", '")
    if kind == "value_error":
        return str(context["error"])
    if bounds := [f"{word} {context[sign]:g}" for sign, word in _BOUNDS.items() if sign in context]:
        return f"must be {' and '.join(bounds)}{got}"
    return _WANTED.get(kind, f"cannot be used ({error['msg']})") + got


def allowed(section: Place = ()) -> list[str]:
    """The settings of a section, by its way from the top."""
    model: type[BaseModel] = TrainingConfig
    for name in section:
        kinds = model.model_fields[str(name)].annotation
        found = [kinds, *get_args(kinds)]
        model = next(
            each for each in found if isinstance(each, type) and issubclass(each, BaseModel)
        )
    return list(model.model_fields)


def _dotted(place: Place) -> str:
    return ".".join(str(each) for each in place)
