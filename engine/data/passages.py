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

from engine.quality.tokens import in_paragraphs, on_one_line, sentence_spans

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
# Lines that are broken to fit a page end before so many characters.
PAGE_WIDTH = 120
# In a text that is not broken so, at least this share of lines is longer: each line is a paragraph.
LONG_LINES = 0.05


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
    """The passages of a stretch of prose, in its order and with its paragraphs."""
    found: list[Passage] = []
    before = ""
    begin = end = words = 0
    for span in sentence_spans(text):
        sentence = on_one_line(text[span.start : span.end])
        if not before:
            before, begin = sentence, span.end
            continue
        end = span.end
        words += len(sentence.split())
        if words >= PASSAGE_WORDS:
            found.append(Passage(before, in_paragraphs(text[begin:end])))
            before, begin, words = sentence, end, 0
    if words >= LEAST_WORDS:
        found.append(Passage(before, in_paragraphs(text[begin:end])))
    return found


def with_blank_lines(text: str) -> str:
    """The text with a blank line after each paragraph, however its lines end. Where many lines are too
    long for a page, it is one that gives each paragraph one line."""
    lines = re.split(r"\r\n?|\n", text)
    filled = [line for line in lines if line.strip()]
    long = sum(len(line) > PAGE_WIDTH for line in filled)
    return ("\n\n" if long > LONG_LINES * len(filled) else "\n").join(lines)


def placed_passages(name: str, text: str) -> list[Placed]:
    """The passages of a file with their groups: chapters where there are enough, else stretches."""
    chapters = [each for each in map(passages_of, chapters_of(with_blank_lines(text))) if each]
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
