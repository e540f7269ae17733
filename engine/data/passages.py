"""Prose as passages: chapters are found, and each is cut into about 170 words at sentence ends.

A passage keeps the sentence that stands right before it, which is what a model is asked to go on
from. Passages of one group (a chapter, or a stretch of a file) are neighbours: none of a group may be
trained on while another measures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from engine.quality.tokens import split_sentences

PROSE = Path(__file__).with_name("prose.yaml")
PASSAGE_WORDS = 170
# What is left at a chapter's end is a passage of its own from so many words.
LEAST_WORDS = 85
# A passage without a sentence's end for so long is a list or a table, and no prose.
MOST_WORDS = 600
# With fewer chapters than this, holding one out would take too much: stretches are held out instead.
FEWEST_CHAPTERS = 8
SHORTEST_STRETCH, LONGEST_STRETCH = 4, 12
STRETCHES = 10


class Passage(NamedTuple):
    """`before` is the sentence that stands right before the text."""

    before: str
    text: str


@dataclass(frozen=True)
class Placed:
    """A passage and the group of neighbours it belongs to, e.g. `novel.txt, chapter 3`."""

    passage: Passage
    group: str


def passages_of(text: str) -> list[Passage]:
    """The passages of a stretch of prose, in its order."""
    found: list[Passage] = []
    before = ""
    current: list[str] = []
    words = 0
    for sentence in split_sentences(text):
        if not before:
            before = sentence
            continue
        current.append(sentence)
        words += len(sentence.split())
        if words >= PASSAGE_WORDS:
            found.append(Passage(before, " ".join(current)))
            before, current, words = sentence, [], 0
    if words >= LEAST_WORDS:
        found.append(Passage(before, " ".join(current)))
    return found


def placed_passages(name: str, text: str) -> list[Placed]:
    """The passages of a file with their groups: chapters where there are enough, else stretches."""
    chapters = [each for each in map(passages_of, chapters_of(text)) if each]
    if len(chapters) >= FEWEST_CHAPTERS:
        return [
            Placed(passage, f"{name}, chapter {number}")
            for number, chapter in enumerate(chapters, 1)
            for passage in chapter
        ]
    passages = [passage for chapter in chapters for passage in chapter]
    stretch = min(max(len(passages) // STRETCHES, SHORTEST_STRETCH), LONGEST_STRETCH)
    return [
        Placed(passage, f"{name}, part {place // stretch + 1}")
        for place, passage in enumerate(passages)
    ]


def chapters_of(text: str) -> list[str]:
    """The text between the headings of its chapters, in order; without any, the text as a whole."""
    return [part for part in heading_line().split(text) if part.strip()]


@cache
def heading_line() -> re.Pattern[str]:
    """A line that begins a chapter: `# Storm`, `Chapter IV. The storm`, `12.` or `PROLOGUE`."""
    known = prose()
    words, alone = "|".join(known["chapter_words"]), "|".join(known["chapter_lines"])
    number = r"(?:\d{1,3}|[ivxlc]{1,7}|[^\W\d_]{2,12}(?:-[^\W\d_]{2,6})?)"
    return re.compile(
        rf"^[ \t]*(?:#{{1,6}}[ \t]+\S.*|(?:{words})[ \t]+{number}(?:[ \t]*[.:—–-].{{0,80}})?"
        rf"|(?:{alone})\.?|(?:\d{{1,3}}|[IVXLC]{{1,7}})\.?)[ \t]*$",
        re.M | re.I,
    )


@cache
def prose() -> dict[str, Any]:
    """How prose is taken apart and asked for, as prose.yaml says."""
    found: dict[str, Any] = yaml.safe_load(PROSE.read_text(encoding="utf-8"))
    return found
