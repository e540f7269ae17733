"""Learn the tables of the quality score from novels and reference passages.

`scripts/calibrate_quality.py` calls it once for the tables that are written, and once for each author
without that author, to measure on what was not learned from. Only counts and weights are kept.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.quality import corruption, fitting
from engine.quality.cohesion import Cohesion
from engine.quality.english import English
from engine.quality.genre import GenreModel, Matrix
from engine.quality.likelihood import WordOrder
from engine.quality.novels import cut_passages, prose_paragraphs
from engine.quality.order import SentenceOrder, find_places
from engine.quality.order_cues import Outline, outline
from engine.quality.order_fitting import fit_order, join, lay_out
from engine.quality.tokens import Passage, parse, split_sentences
from engine.quality.vocabulary import Vocabulary

SENTENCES, STRIDE = 14, 5
"""Order is learned from stretches of a novel about as long as a generated story."""
STRETCHES, PASSAGES = 1500, 300
"""At most so many of one author, drawn at random: nobody's manner shall outweigh the others'."""
SPLICES = 3
"""How often each passage is glued to another one."""
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

    `marking` is genre → words, `prompts` (genre, prompt) of automatic training, `stories`
    (genre, direction) of texts that a base model wrote.
    """

    english: English
    vocabulary: Vocabulary
    marking: dict[str, list[str]]
    prompts: list[tuple[str, Passage]]
    stories: list[tuple[str, Matrix]]


@dataclass(frozen=True)
class Tables:
    """What is learned from texts, save the relevance weights."""

    word_order: WordOrder
    genres: GenreModel
    order: SentenceOrder
    cohesion: Cohesion


def fit_tables(
    authors: Sequence[Sequence[str]], references: Sequence[Reference], words: Words
) -> Tables:
    """Learn from the novels of each author and from passages."""
    stretches = [text for novels in authors for text in draw(novels, _stretches, STRETCHES)]
    passages = [draw(novels, cut_passages, PASSAGES) for novels in authors]
    stories = [r.text for r in references]
    order = [
        lay_out(map(find_places, outlines(stretches, words)), weight=1.0, openings=False),
        lay_out(map(find_places, outlines(stories, words)), weight=REFERENCE_WEIGHT, openings=True),
    ]
    glued = [pair for texts in (*passages, stories) for pair in _spliced(texts, words)]
    prose = [parse(text) for texts in passages for text in texts]
    return Tables(
        fitting.fit_word_order([*prose, *(r.passage for r in references)]),
        fit_genres(references, words),
        fit_order(join(order)),
        fitting.fit_cohesion(glued),
    )


def fit_genres(references: Sequence[Reference], words: Words) -> GenreModel:
    """Learn the genres from their words, prompts, passages and stories; no novel is needed."""
    passages = [(r.genre, r.passage) for r in references]
    return fitting.fit_genres(
        words.marking, [*words.prompts, *passages], words.vocabulary,
        stories=words.stories, neutral=passages,
    )  # fmt: skip


def draw(novels: Sequence[str], cut: Callable[[str], list[str]], most: int) -> list[str]:
    """Texts cut from an author's novels, as many from each, `most` in all."""
    share = most // len(novels)
    pools = [cut(novel) for novel in novels]
    return [text for pool in pools for text in random.Random(0).sample(pool, min(share, len(pool)))]


def _stretches(novel: str) -> list[str]:
    """Overlapping stretches of `SENTENCES` sentences, headings and contents left out."""
    lines = [s for paragraph in prose_paragraphs(novel) for s in split_sentences(paragraph)]
    starts = range(0, len(lines) - SENTENCES, STRIDE)
    return [" ".join(lines[start : start + SENTENCES]) for start in starts]


def outlines(texts: Sequence[str], words: Words) -> list[Outline]:
    """Outlines of those texts that are long enough."""
    found = (outline(parse(text), words.vocabulary, words.english) for text in texts)
    return [o for o in found if o is not None]


def _spliced(texts: Sequence[str], words: Words) -> Iterator[tuple[Outline, Outline]]:
    """Each text with the same text glued to others of the list."""
    chance = random.Random(0)
    for place, text in enumerate(texts):
        others = [*texts[:place], *texts[place + 1 :]]
        glued = [corruption.splice(text, chance.choice(others)) for _ in range(SPLICES)]
        pair = outlines([text, *glued], words)
        if len(pair) == 1 + SPLICES:
            yield from ((pair[0], other) for other in pair[1:])
