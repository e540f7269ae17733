"""Templates: prompts with {placeholders}, filled from lists of values, all alike or as a seeded sample.

An order reads alike from a file and from a request: what is asked, how it is written, how it leaves.
Combinations are counted and picked by number, so that a million of them cost nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.autotrain.plan import styles
from engine.data.export import FORMS
from engine.domain.genre import Genre
from engine.errors import InvalidInput
from engine.rendering import with_articles

MOST_SAMPLES = 10_000
STYLE, GENRE = "style", "genre"
NAME = re.compile(r"[A-Za-z_]\w{0,39}", re.ASCII)

Prompt = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Value = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


class GenerationConfig(BaseModel):
    """How the texts are written, and whether the score decides which of them become examples."""

    model_config = ConfigDict(extra="forbid", strict=True)

    num_samples: int | None = Field(
        default=None,
        ge=1,
        le=MOST_SAMPLES,
        description="Texts to write. Absent: each combination once.",
    )
    temperature: float = Field(default=0.7, ge=0, le=2, description="How freely they are written.")
    max_tokens: int = Field(
        default=300, ge=16, le=4000, description="The longest answer, in tokens."
    )
    quality_filter: bool = Field(
        default=True, description="Keep what scores well. false: every answer becomes an example."
    )


class TemplateOrder(BaseModel):
    """Templates, the values of their placeholders, and what is to become of the answers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    template_prompts: list[Prompt] = Field(
        min_length=1, max_length=200, description="Prompts with {placeholders}; {{ is a brace."
    )
    generation_config: GenerationConfig = Field(default=GenerationConfig())
    output_format: str = Field(default="jsonl", description=f"Of the file: {', '.join(FORMS)}.")
    values: dict[str, Annotated[list[Value], Field(min_length=1, max_length=1000)]] = Field(
        default={},
        description="Values of each placeholder. Absent: the studio's own, where it has some.",
    )
    kind: str = Field(
        default="stories", description="The kind of text, which decides how it is scored."
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        lt=2**31,
        description="The same seed picks the same prompts. Absent: a new one.",
    )


@dataclass(frozen=True)
class Filled:
    """A template with its values in place. `seed_prompt` is the prompt without a style."""

    prompt: str
    seed_prompt: str
    genre: str | None
    style: str | None


def read_order(data: Any) -> TemplateOrder:
    """An order from plain data. Raises `InvalidInput` naming the first field that is off."""
    try:
        order = TemplateOrder.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the order"
        raise InvalidInput(field, f"is off: {first['msg']}") from None
    check_order(order)
    return order


def check_order(order: TemplateOrder) -> None:
    """Raise `InvalidInput` for placeholders without values, values without a placeholder, a format
    there is not, and more combinations than are written without a number of samples."""
    if order.output_format not in FORMS:
        raise InvalidInput(
            "output_format", f"must be of {', '.join(FORMS)}; got {order.output_format!r}"
        )
    used = {name for each in order.template_prompts for name in placeholders_of(each)}
    known = {*order.values, *built_in_values()}
    if unfilled := sorted(used - known):
        raise InvalidInput(
            "values",
            f"has none for {_braced(unfilled)}: give a list of values for each, or take one of "
            f"{_braced(sorted(built_in_values()))}, which the studio has values for",
        )
    if unknown := sorted(set(order.values) - used):
        raise InvalidInput("values", f"names {_braced(unknown)}, which is in no template")
    if (
        order.generation_config.num_samples is None
        and (count := combinations(order)) > MOST_SAMPLES
    ):
        raise InvalidInput(
            "num_samples",
            f"is needed: there are {count:,} combinations, and at most {MOST_SAMPLES:,} are written",
        )


def placeholders_of(template: str) -> list[str]:
    """Names of a template's placeholders, each once. Raises `InvalidInput` for one that is none.

    >>> placeholders_of("A {genre} story about {place}, {{literally}}. {genre}!")
    ['genre', 'place']
    """
    try:
        fields = [each for each in Formatter().parse(template) if each[1] is not None]
    except ValueError as error:
        raise InvalidInput(
            "template_prompts", f"has a brace alone ({error}): {template!r}"
        ) from None
    for _, name, form, conversion in fields:
        if not NAME.fullmatch(name or "") or form or conversion:
            raise InvalidInput(
                "template_prompts",
                f"may hold names such as {{place}} only, got {{{name}}} in {template!r}",
            )
    return list(dict.fromkeys(str(name) for _, name, _, _ in fields))


@cache
def built_in_values() -> dict[str, tuple[str, ...]]:
    """Values of the placeholders that need none of their own (placeholders.yaml)."""
    path = Path(__file__).with_name("placeholders.yaml")
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    lists = {name: tuple(values) for name, values in data.items()}
    return {GENRE: tuple(genre.value for genre in Genre), STYLE: styles(), **lists}


def combinations(order: TemplateOrder) -> int:
    """How many different prompts an order's templates and values make."""
    return sum(_sizes(order))


def asked(order: TemplateOrder) -> int:
    """How many texts an order asks for."""
    return order.generation_config.num_samples or combinations(order)


def fill(order: TemplateOrder, count: int, *, seed: int) -> list[Filled]:
    """`count` filled templates, drawn by the seed. Each combination comes once before any again."""
    rng = random.Random(seed)
    total = combinations(order)
    numbers: list[int] = []
    while len(numbers) < count:
        numbers += rng.sample(range(total), min(total, count - len(numbers)))
    return [_combination(order, number) for number in numbers]


def _combination(order: TemplateOrder, number: int) -> Filled:
    """The prompt of that number: the templates' combinations stand one after the other."""
    sizes, which = _sizes(order), 0
    while number >= sizes[which]:
        number -= sizes[which]
        which += 1
    template, chosen = order.template_prompts[which], {}
    for name in placeholders_of(template):
        values = _values(order.values, name)
        number, place = divmod(number, len(values))
        chosen[name] = values[place].strip()
    genre = chosen.get(GENRE)
    if genre is not None:
        chosen[GENRE] = _in_words(genre)
    prompt = with_articles(template.format_map(chosen).strip())
    unstyled = template.format_map({**chosen, STYLE: ""})
    return Filled(
        prompt=prompt,
        seed_prompt=with_articles(" ".join(unstyled.split())) or prompt,
        genre=genre if genre in list(Genre) else None,
        style=chosen.get(STYLE),
    )


def _sizes(order: TemplateOrder) -> list[int]:
    return [
        prod(len(_values(order.values, name)) for name in placeholders_of(template))
        for template in order.template_prompts
    ]


def _values(given: Mapping[str, Sequence[str]], name: str) -> Sequence[str]:
    return given[name] if name in given else built_in_values()[name]


def _in_words(genre: str) -> str:
    """A genre as a sentence calls it; a value that is no name of one stays as it is."""
    return genre.replace("_", " ").replace("sci fi", "science fiction")


def _braced(names: Sequence[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
