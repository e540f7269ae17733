"""Templates: placeholders filled as all combinations or as a sample; what is off is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from engine.data.templates import (
    MOST_SAMPLES,
    asked,
    built_in_values,
    combinations,
    fill,
    placeholders_of,
    read_order,
)
from engine.domain.genre import Genre
from engine.errors import InvalidInput

VALUES = {"who": ["a cook", "a judge"], "where": ["a ship", "a mill", "a tower"]}


def order(*templates: str, **fields: Any) -> dict[str, Any]:
    return {"template_prompts": list(templates), **fields}


def test_all_combinations_come_once_each() -> None:
    found = read_order(order("Write of {who} in {where}.", "Of {where}: {{a}}.", values=VALUES))
    assert (combinations(found), asked(found)) == (9, 9)
    prompts = [each.prompt for each in fill(found, 9, seed=3)]
    assert len(set(prompts)) == 9
    assert {"Write of a judge in a mill.", "Of a tower: {a}."} < set(prompts)


def test_a_sample_follows_its_seed_and_repeats_late() -> None:
    found = read_order(order("{who}, {where}", values=VALUES, generation_config={"num_samples": 4}))
    assert asked(found) == 4
    one = [each.prompt for each in fill(found, 4, seed=1)]
    assert one == [each.prompt for each in fill(found, 4, seed=1)]
    assert one != [each.prompt for each in fill(found, 4, seed=2)]
    many = [each.prompt for each in fill(found, 15, seed=1)]
    assert sorted(many[:6]) == sorted(many[6:12])
    assert len(set(many[12:])) == 3


def test_a_million_combinations_cost_nothing() -> None:
    values = {name: [f"{name}{number}" for number in range(1000)] for name in "abcd"}
    found = read_order(
        order("{a} {b} {c} {d}", values=values, generation_config={"num_samples": 50})
    )
    assert combinations(found) == 1000**4
    assert len({each.prompt for each in fill(found, 50, seed=1)}) == 50


def test_genre_and_style_are_the_studios_own_and_mark_the_example() -> None:
    found = read_order(order("A {genre} story. {style}", values={"genre": ["sci_fi"]}))
    first = fill(found, 1, seed=1)[0]
    assert first.genre == "sci_fi"
    assert first.prompt.startswith("A science fiction story. ")
    assert first.style in built_in_values()["style"]
    assert first.prompt.endswith(first.style or "?")
    assert first.seed_prompt == "A science fiction story."
    assert built_in_values()["genre"] == tuple(Genre)
    other = fill(read_order(order("A {genre} story", values={"genre": ["pirate"]})), 1, seed=1)[0]
    assert (other.genre, other.prompt) == (None, "A pirate story")


def test_the_body_of_the_documentation_is_an_order() -> None:
    found = read_order(
        {
            "template_prompts": [
                "How can I help you with {topic}?",
                "What would you like to know about {subject}?",
                "Let me explain {concept} to you.",
            ],
            "generation_config": {
                "num_samples": 1000,
                "temperature": 0.7,
                "max_tokens": 512,
                "quality_filter": True,
            },
            "output_format": "jsonl",
        }
    )
    assert asked(found) == 1000
    assert len(fill(found, 1000, seed=1)) == 1000


@pytest.mark.parametrize(
    ("data", "field", "named"),
    [
        (order("Of {dragon} and {place} and {elf}"), "values", "{dragon}, {elf}"),
        (order("Of {place}", values={"plaice": ["a"]}), "values", "{plaice}"),
        (order("Of {}"), "template_prompts", "{}"),
        (order("Of {a.b}"), "template_prompts", "{a.b}"),
        (order("Of {0}"), "template_prompts", "{0}"),
        (order("Of {place!r}"), "template_prompts", "{place}"),
        (order("Of {place:>9}"), "template_prompts", "{place}"),
        (order("Of {place"), "template_prompts", "brace alone"),
        (order(), "template_prompts", ""),
        (order(" "), "template_prompts.0", ""),
        (order("Of {place}", values={"place": []}), "values.place", ""),
        (order("Of {place}", values={"place": [1890]}), "values.place.0", "string"),
        (order("Of {place}", output_format="xls"), "output_format", "xls"),
        (order("Of {place}", extra=1), "extra", ""),
        (order("p", generation_config={"num_samples": 0}), "generation_config.num_samples", ""),
        (order("p", generation_config={"temperature": 3}), "generation_config.temperature", ""),
        (
            order("{a}{b}", values={each: [str(n) for n in range(101)] for each in "ab"}),
            "num_samples",
            f"{MOST_SAMPLES:,}",
        ),
        ([], "the order", ""),
    ],
)
def test_what_is_off_is_refused_by_name(data: Any, field: str, named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_order(data)
    assert caught.value.field == field
    assert named in str(caught.value)


def test_an_article_follows_its_value() -> None:
    found = read_order(order("A(n) {what} and a(n) {what}.", values={"what": ["old mill"]}))
    assert fill(found, 1, seed=1)[0].prompt == "An old mill and an old mill."


def test_placeholders_come_once_each_in_order() -> None:
    assert placeholders_of("{b} {a} {b} {{c}}") == ["b", "a"]


def test_every_built_in_list_says_something_different_each_time() -> None:
    for name, values in built_in_values().items():
        assert len(values) >= 4, name
        assert len(set(values)) == len(values), name
