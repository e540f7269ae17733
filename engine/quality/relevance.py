"""Does the text keep to its prompt? Its words, and words near them in meaning, are sought.

Each subject word of the prompt counts by its rarity. A name must appear as it is; another word
may be met by a near one (`ship` for `vessel`). It does not know who does what to whom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.quality.english import English
from engine.quality.tokens import Passage, Sentence, parse, stem
from engine.quality.vocabulary import Vectors, Vocabulary

NEAR, SAME = 0.45, 0.85
"""Cosines from which a word begins to count as met, and from which it counts in full."""


@dataclass(frozen=True)
class Subject:
    """The words of a prompt that say what the text is about, each with its weight."""

    words: tuple[str, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Coverage:
    """What was found of a subject: `met` is 0-1 for each of its words.

    `share` is their weighted mean; `nearness` the cosine of prompt and text as wholes.
    """

    met: tuple[float, ...]
    share: float
    nearness: float

    def features(self) -> tuple[float, float]:
        """The two figures that the calibrated relevance weighs."""
        return self.share, self.nearness


def find_subject(prompt: str, vocabulary: Vocabulary, english: English) -> Subject:
    """Leave out orders about style, words that ask for a story, and function words."""
    sentences = parse(prompt).sentences
    about = [s for s in sentences if not _is_order(s, english)] or list(sentences)
    skip = english.function_words | english.instruction_words
    names = {name for s in about for name in s.names}
    words: dict[str, str] = {}
    for word in (w for s in about for w in s.words):
        if len(word) > 2 and word not in skip:
            words.setdefault(stem(word), word)
    weights = tuple(1.3 if word in names else vocabulary.weight(word) for word in words.values())
    return Subject(tuple(words.values()), weights)


def _is_order(sentence: Sentence, english: English) -> bool:
    return sentence.words[0] in english.instruction_openers


def cover(subject: Subject, passage: Passage, vocabulary: Vocabulary) -> Coverage:
    """Seek each word of the subject in the text, and compare their meanings as wholes."""
    stems = {stem(word) for word in set(passage.words)}
    rows = [row for row, _ in vocabulary.content(passage.words).values()]
    text_vectors = vocabulary.vectors[rows]
    met = tuple(_meet(word, stems, text_vectors, vocabulary) for word in subject.words)
    share = float(np.average(met, weights=subject.weights)) if met else 0.0
    prompt = vocabulary.centre(subject.words)
    nearness = float(vocabulary.centre(passage.words) @ prompt)
    return Coverage(met, share, nearness)


def _meet(word: str, stems: set[str], text_vectors: Vectors, vocabulary: Vocabulary) -> float:
    if stem(word) in stems:
        return 1.0
    row = vocabulary.row(word)
    if row is None or not len(text_vectors):
        return 0.0
    nearest = float((text_vectors @ vocabulary.vectors[row]).max())
    return float(np.clip((nearest - NEAR) / (SAME - NEAR), 0.0, 1.0))
