"""Reading the kinds: YAML files of this folder and of `kinds` in a home, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from engine.domain.kind import Kind
from engine.errors import InvalidInput, UnreadableFile

FOLDER = Path(__file__).parent
FIRST = ("stories", "epics", "procedures", "code")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KIND = TypeAdapter(Kind)
# The parts that a method knows how to measure; those of prose have calibrated weights.
PARTS = {
    "prose": set[str](),
    "document": {"sections", "relevance", "names", "plain", "lexicon", "wording", "repetition", "length"},
    "code": {"parses", "names", "parameters", "relevance", "repetition", "length"},
}  # fmt: skip


class Kinds:
    """All kinds by name: the built-in ones, then a home's own in the order of their names."""

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = dict(kinds)

    def all(self) -> list[Kind]:
        """Every kind, in its order."""
        return list(self._kinds.values())

    def get(self, name: str) -> Kind:
        """The kind of that name. Raises `InvalidInput` naming those there are."""
        if name not in self._kinds:
            raise InvalidInput("kind", f"must be of {', '.join(self._kinds)}; got {name!r}")
        return self._kinds[name]

    def find(self, name: str) -> Kind:
        """The kind of a stored text: where its file is gone, it is handled like a story."""
        return self._kinds.get(name, stories())


@cache
def open_kinds(home: Path) -> Kinds:
    """The kinds of a home folder, read once a process.

    Raises `UnreadableFile` naming the file and the field that is off.
    """
    found = dict(_built_in())
    for path in sorted((home / "kinds").glob("*.yaml")):
        if path.stem in found:
            raise UnreadableFile(str(path), f"{path.stem} is the name of a built-in kind")
        found[path.stem] = read_kind(path)
    return Kinds(found)


def stories() -> Kind:
    """The kind that everything is unless it says otherwise."""
    return _built_in()["stories"]


@cache
def _built_in() -> dict[str, Kind]:
    others = sorted({path.stem for path in FOLDER.glob("*.yaml")} - {*FIRST})
    return {name: read_kind(FOLDER / f"{name}.yaml") for name in [*FIRST, *others]}


def check_category(kind: Kind, genre: str | None) -> None:
    """Raise `InvalidInput` unless this is a category of the kind, or None."""
    if genre is None or genre in kind.categories:
        return
    known = ", ".join(kind.categories)
    say = f"must be of {known}" if known else f"must be left out: {kind.name} have none"
    raise InvalidInput("genre", f"{say}; got {genre!r}")


def read_kind(path: Path) -> Kind:
    """One kind, named by its file. Raises `UnreadableFile`."""
    try:
        data = _read(path)
        for field in ("prompts", "evaluation"):
            if isinstance(data.get(field), str):
                data[field] = yaml.safe_load((path.parent / data[field]).read_text("utf-8"))
        if isinstance(data.get("prompts"), list):
            data["prompts"] = {"": data["prompts"]}
        kind = _KIND.validate_python({**data, "name": path.stem})
        _check(kind)
    except ValidationError as error:
        places = [(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
        raise UnreadableFile(str(path), "; ".join(f"{at}: {why}" for at, why in places)) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UnreadableFile(str(path), " ".join(str(error).split())) from None
    return kind


def _read(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError("it is no mapping of fields")
    if "name" in data:
        raise ValueError("name: is the file's name, leave it out")
    return data


def _check(kind: Kind) -> None:
    """What the types alone do not say; raises ValueError naming the field."""
    if not NAME.fullmatch(kind.name):
        raise ValueError(
            "the file's name must be small letters, digits and _, such as recipes.yaml"
        )
    fields = [field for _, field, _, _ in Formatter().parse(kind.form) if field is not None]
    if "idea" not in fields or not set(fields) <= {"idea", "category", "style"}:
        raise ValueError("form: must hold {idea}, and may hold {category} and {style}")
    if not kind.prompts or not all(kind.prompts.values()):
        raise ValueError("prompts: at least one is needed, of each category")
    if kind.length.fewest > kind.length.most:
        raise ValueError("length.fewest: must not be above length.most")
    _check_pattern("named", kind.named)
    if kind.named and not re.compile(kind.named).groups:
        raise ValueError("named: must hold the name in parentheses")
    for place, section in enumerate(kind.sections):
        _check_pattern(f"sections.{place}.heading", section.heading)
        _check_pattern(f"sections.{place}.item", section.item)
    _check_scoring(kind)


def _check_pattern(field: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{field}: {error}") from None


def _check_scoring(kind: Kind) -> None:
    known, weights = PARTS[kind.scoring.method], kind.scoring.weights
    language = kind.scoring.language
    if kind.scoring.method == "code" and find_spec(f"tree_sitter_{language}") is None:
        raise ValueError(f"scoring.language: needs the package tree-sitter-{language}")
    if unknown := sorted(set(weights) - known):
        raise ValueError(f"scoring.weights.{unknown[0]}: must be of {', '.join(sorted(known))}")
    if known and not any(weight > 0 for weight in weights.values()):
        raise ValueError("scoring.weights: at least one part needs a weight above 0")
    for idea in kind.evaluation:
        if idea.genre is not None and idea.genre not in kind.prompts:
            raise ValueError(f"evaluation: {idea.genre!r} is no category of prompts")
