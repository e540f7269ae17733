"""Learn the tables of the quality score from novels and reference passages.

`scripts/calibrate_quality.py` calls it once for the tables that are written, and once for each novel
without that novel, to measure on what was not learned from. Only counts and weights are kept.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.quality import bench, corruption, fitting
from engine.quality.cohesion import Cohesion
from engine.quality.english import English
from engine.quality.genre import GenreModel
from engine.quality.likelihood import WordOrder
from engine.quality.order import SentenceOrder, find_places
from engine.quality.order_cues import Outline, outline
from engine.quality.order_fitting import fit_order, join, lay_out
from engine.quality.tokens import Passage, parse, split_sentences
from engine.quality.vocabulary import Vocabulary

SENTENCES, STRIDE = 14, 5
"""Order is learned from stretches of a novel about as long as a generated story."""
REFERENCE_WEIGHT = 3.0
"""How much more a place of a whole short story teaches of order than one inside a novel."""


@dataclass(frozen=True)
class Reference:
    """One clean passage with its prompt and genre."""

    genre: str
    prompt: str
    text: str
    passage: Passage


@dataclass(frozen=True)
class Words:
    """What every measurement needs: word lists and vectors, and what marks a genre.

    `marking` is genre → words, `prompts` (genre, prompt) of automatic training.
    """

    english: English
    vocabulary: Vocabulary
    marking: dict[str, list[str]]
    prompts: list[tuple[str, Passage]]


@dataclass(frozen=True)
class Tables:
    """What is learned from texts, save the relevance weights."""

    word_order: WordOrder
    genres: GenreModel
    order: SentenceOrder
    cohesion: Cohesion


def fit_tables(novels: Sequence[str], references: Sequence[Reference], words: Words) -> Tables:
    """Learn from whole novels and from passages."""
    passages = [passage for novel in novels for passage in bench.cut_passages(novel)]
    stretches = lay_out(
        (find_places(o) for novel in novels for o in outlines(_stretches(novel), words)),
        weight=1.0,
        openings=False,
    )
    stories = lay_out(
        map(find_places, outlines([r.text for r in references], words)),
        weight=REFERENCE_WEIGHT,
        openings=True,
    )
    glued = [
        *(pair for novel in novels for pair in _spliced(bench.cut_passages(novel), words)),
        *_spliced([r.text for r in references], words),
    ]
    return Tables(
        fitting.fit_word_order([*map(parse, passages), *(r.passage for r in references)]),
        fit_genres(references, words),
        fit_order(join([stretches, stories])),
        fitting.fit_cohesion(glued),
    )


def fit_genres(references: Sequence[Reference], words: Words) -> GenreModel:
    """Learn the genres from their words, the prompts and the passages; no novel is needed."""
    texts = [*words.prompts, *((r.genre, r.passage) for r in references)]
    return fitting.fit_genres(words.marking, texts, words.vocabulary)


def _stretches(novel: str) -> list[str]:
    """Overlapping stretches of `SENTENCES` sentences, headings and contents left out."""
    paragraphs = (" ".join(p.split()) for p in re.split(r"\n\s*\n", novel))
    prose = (p for p in paragraphs if re.search(r"[a-z][.!?][\"'”’]*$", p))
    lines = [sentence for p in prose for sentence in split_sentences(p)]
    starts = range(0, len(lines) - SENTENCES, STRIDE)
    return [" ".join(lines[start : start + SENTENCES]) for start in starts]


def outlines(texts: Sequence[str], words: Words) -> list[Outline]:
    """Outlines of those texts that are long enough."""
    found = (outline(parse(text), words.vocabulary, words.english) for text in texts)
    return [o for o in found if o is not None]


def _spliced(texts: Sequence[str], words: Words) -> list[tuple[Outline, Outline]]:
    """Each text in one paragraph with the same text glued to another of the list."""
    chance = random.Random(0)
    found: list[tuple[Outline, Outline]] = []
    for place, text in enumerate(texts):
        other = chance.choice([*texts[:place], *texts[place + 1 :]])
        both = (" ".join(split_sentences(text)), corruption.splice(text, other))
        pair = outlines(both, words)
        if len(pair) == len(both):
            found.append((pair[0], pair[1]))
    return found
