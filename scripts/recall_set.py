"""The set that recall is measured on: 1,000 notes of a writer and 200 questions, made from
tests/data/recall.yaml. The same seed gives the same set."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "tests" / "data" / "recall.yaml"


@dataclass(frozen=True)
class Question:
    """`answer` is the place of the passage that holds it. `paraphrase` asks the same in other words
    than the passage's."""

    text: str
    paraphrase: str
    answer: int


@dataclass(frozen=True)
class RecallSet:
    passages: tuple[str, ...]
    questions: tuple[Question, ...]


def recall_set(
    passages: int = 1000, questions: int = 200, *, facts_a_name: int = 5, seed: int = 1
) -> RecallSet:
    """So many notes in random order, and questions about some of them, the long ones first.

    The more facts a name has, up to 20 of them, the more notes a question could mean.
    """
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    draw = random.Random(seed)
    people = [f"{first} {last}" for first in data["names"] for last in data["surnames"]]
    draw.shuffle(people)
    cast = people[: -(-passages // facts_a_name)]
    facts = [
        fact(kind, name, draw) for name in cast for kind in draw.sample(data["kinds"], facts_a_name)
    ]
    draw.shuffle(facts)
    notes: list[tuple[str, list[tuple[str, str]]]] = [
        (row["text"], [*zip(row["questions"], row["paraphrases"], strict=True)])
        for row in data["long"]
    ]
    notes += [(text, [asked]) for text, asked in facts[: passages - len(notes)]]
    asked = [
        Question(text, paraphrase, place)
        for place, (_, texts) in enumerate(notes)
        for text, paraphrase in texts
    ]
    return RecallSet(tuple(text for text, _ in notes), tuple(asked[:questions]))


def fact(kind: dict[str, Any], name: str, draw: random.Random) -> tuple[str, tuple[str, str]]:
    """One fact about a name, with its question in two wordings."""
    slots = {
        slot: draw.choice(values)
        for slot, values in kind.items()
        if slot not in ("facts", "question", "paraphrase")
    }
    text = draw.choice(kind["facts"]).format(name=name, **slots)
    return text, (kind["question"].format(name=name), kind["paraphrase"].format(name=name))
