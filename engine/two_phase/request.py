"""What a two-phase training is asked: its settings checked one by one, and the things to write about."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from engine.domain.kind import Kind
from engine.domain.two_phase import Input, TwoPhaseSettings
from engine.errors import InvalidInput, UnreadableFile
from engine.kinds.catalog import check_category
from engine.training.recipe import load_config

MOST_INPUTS = 5000
MOST_CHARACTERS = 20_000
# Fields of a .jsonl row that hold the idea, the first that is there.
IDEA_FIELDS = ("prompt", "input", "idea", "text")

_RANGES: dict[str, tuple[float, float]] = {
    "target_summaries": (1, 5000),
    "batch_size": (1, 64),
    "training_epochs": (1, 100),
    "learning_rate": (1e-7, 1e-2),
    "max_length": (64, 32_768),
    "auto_accept_above": (0, 10),
}


def read_settings(given: Mapping[str, Any]) -> TwoPhaseSettings:
    """Settings by their names; what is left out has its default, or what a named recipe says.

    Raises `InvalidInput`, and `NotFound` for a recipe.
    """
    types = {field.name: str(field.type) for field in fields(TwoPhaseSettings)}
    for name, value in given.items():
        if name not in types:
            raise InvalidInput(name, f"is no setting; there are {', '.join(types)}")
        _check(name, value, types[name])
    said = by_recipe(given["recipe"]) if "recipe" in given else {}
    return TwoPhaseSettings(**{**said, **given})


def by_recipe(name: str) -> dict[str, Any]:
    """What a recipe says of a two-phase training. Raises `NotFound`."""
    config = load_config(name)
    said = {
        "summary_model_name": config.model.teacher,
        "training_model_name": config.model.base_model,
        "training_epochs": config.hyperparameters.epochs,
        "learning_rate": config.hyperparameters.learning_rate,
        "max_length": config.hyperparameters.max_length,
    }
    return {key: value for key, value in said.items() if value}


def _check(name: str, value: Any, kind: str) -> None:
    if value is None and "None" in kind:
        return
    wanted: Any = {"int": int, "bool": bool, "str": str}.get(kind, (int, float))
    if not isinstance(value, wanted) or (kind != "bool" and isinstance(value, bool)):
        raise InvalidInput(name, f"must be {kind}, got {value!r}")
    if name in _RANGES and not _RANGES[name][0] <= value <= _RANGES[name][1]:
        low, high = _RANGES[name]
        raise InvalidInput(name, f"must be from {low:g} to {high:g}, got {value!r}")
    if kind == "str" and not value.strip():
        raise InvalidInput(name, "is empty")


def new_request(settings: TwoPhaseSettings, kind: Kind) -> dict[str, Any]:
    """What the job is asked, with a seed of its own."""
    return asdict(settings) | {"kind": kind.name, "seed": secrets.randbelow(2**31)}


def settings_of(request: Mapping[str, Any]) -> TwoPhaseSettings:
    """The settings in a job's request."""
    names = [each.name for each in fields(TwoPhaseSettings)]
    return TwoPhaseSettings(**{name: request[name] for name in names if name in request})


def check_inputs(inputs: Sequence[Input], kind: Kind) -> tuple[Input, ...]:
    """The inputs, each once; without any, the kind's own prompts. Raises `InvalidInput`."""
    unique = tuple(dict.fromkeys(each for each in inputs if each.prompt.strip()))
    found = unique or tuple(
        Input(prompt, category or None)
        for category, prompts in kind.prompts.items()
        for prompt in prompts
    )
    if len(found) > MOST_INPUTS:
        raise InvalidInput("inputs", f"are {len(found):,}, at most {MOST_INPUTS:,} fit")
    for place, each in enumerate(found, start=1):
        if len(each.prompt) > MOST_CHARACTERS:
            length = f"{len(each.prompt):,} characters long, at most {MOST_CHARACTERS:,} fit"
            raise InvalidInput("inputs", f"hold one (number {place}) that is {length}")
        check_category(kind, each.genre)
    return found


def read_inputs(name: str, text: str) -> list[Input]:
    """The inputs in a file: one a line in .txt, one JSON object or text a line in .jsonl.

    A JSON object holds the idea under `prompt` (or `input`, `idea`, `text`), and may hold a `genre`.
    Raises `UnreadableFile` naming the line.
    """
    told = re.split(r"\r\n?|\n", text)  # no other line ends: they may stand within a JSON string
    lines = [(at, line) for at, line in enumerate(told, start=1) if line.strip()]
    if name.lower().endswith(".jsonl"):
        return [_from_json(name, at, line) for at, line in lines]
    return [Input(line.strip()) for _, line in lines]


def _from_json(name: str, at: int, line: str) -> Input:
    try:
        row = json.loads(line)
    except ValueError:
        raise UnreadableFile(name, f"line {at} is not JSON") from None
    if isinstance(row, str):
        return Input(row.strip())
    found = [row[each] for each in IDEA_FIELDS if each in row] if isinstance(row, dict) else []
    if not found or not isinstance(found[0], str):
        raise UnreadableFile(name, f"line {at} has no text under {', '.join(IDEA_FIELDS)}")
    genre = row.get("genre")
    if genre is not None and not isinstance(genre, str):
        raise UnreadableFile(name, f"line {at} has a genre that is no text")
    return Input(found[0].strip(), genre or None)
