"""How well words follow one another: a trigram model over frequent words and word shapes.

Rare words are mapped to classes by ending and capital, so the model works on vocabulary it has
never seen. It measures word order, not meaning: fluent nonsense passes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.quality.tokens import Passage, Sentence

START, END = "<s>", "</s>"
SUFFIXES = (
    "ingly", "ation", "ness", "ment", "able", "less", "ious", "ful", "ing", "ous", "ive", "est",
    "ish", "ity", "ies", "ed", "ly", "er", "al", "en", "es", "ic", "'s", "y", "s",
)  # fmt: skip
MAX_SENTENCES = 400

Counts = NDArray[np.float32]
Codes = NDArray[np.int64]


def shape(token: str, opening: bool) -> str:
    """The class of a token that is not among the frequent words."""
    if token[0].isdigit():
        return "<digits>"
    if not token[0].isalpha():
        return "<pause>"
    if token[0].isupper() and not opening:
        return "<name's>" if token.endswith("'s") else "<name>"
    lower = token.lower()
    for suffix in SUFFIXES:
        if lower.endswith(suffix) and len(lower) > len(suffix) + 1:
            return f"<-{suffix}>"
    return "<short>" if len(lower) < 5 else "<word>"


@dataclass(frozen=True)
class WordOrder:
    """Counts of classes, of pairs and of threes of classes, with Witten-Bell smoothing.

    `classes` names the codes; `pairs` is (classes, classes), row = earlier class; `keys` are the
    sorted codes `(a·n + b)·n + c` of the threes and `counts` how often each was seen.
    """

    classes: tuple[str, ...]
    pairs: Counts
    keys: Codes
    counts: Counts

    def write(self, path: Path) -> None:
        """Write the counts as one compressed file; counts above 65,535 are cut there."""
        top = np.iinfo(np.uint16).max
        np.savez_compressed(
            path, classes=np.array(self.classes), keys=self.keys.astype(np.int32),
            pairs=np.minimum(self.pairs, top).astype(np.uint16),
            counts=np.minimum(self.counts, top).astype(np.uint16),
        )  # fmt: skip

    @classmethod
    def read(cls, path: Path) -> WordOrder:
        """Read what `write` wrote."""
        with np.load(path) as data:
            return cls(
                tuple(map(str, data["classes"])), data["pairs"].astype(np.float32),
                data["keys"].astype(np.int64), data["counts"].astype(np.float32),
            )  # fmt: skip

    @cached_property
    def _code(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.classes)}

    @cached_property
    def _single(self) -> Counts:
        total = self.pairs.sum(axis=0) + 0.5
        return np.asarray(total / total.sum(), np.float32)

    @cached_property
    def _double(self) -> Counts:
        seen = self.pairs.sum(axis=1, keepdims=True)
        kinds = (self.pairs > 0).sum(axis=1, keepdims=True) + 1.0
        smooth = (self.pairs + kinds * self._single[None, :]) / (seen + kinds)
        return np.asarray(smooth, np.float32)

    @cached_property
    def _after_pair(self) -> tuple[Codes, Counts, Counts]:
        """Sorted pair codes with, for each, how many threes begin so and of how many kinds."""
        pairs, start = np.unique(self.keys // len(self.classes), return_index=True)
        kinds = np.diff(np.append(start, len(self.keys)))
        return pairs, np.add.reduceat(self.counts, start), kinds.astype(np.float32)

    def encode(self, sentence: Sentence) -> list[int]:
        """Codes of a sentence's tokens between a start and an end code."""
        code, known = self._code, [self._code[START]]
        for place, token in enumerate(sentence.tokens):
            found = code.get(token.lower())
            if found is None:
                found = code.get(shape(token, opening=place == 0), code["<word>"])
            known.append(found)
        return [*known, code[END]]

    def gain(self, passage: Passage) -> float:
        """Mean nats per token that knowing the two earlier classes saves over knowing none.

        About 0.6-1.1 in prose, near or below 0 when the words are shuffled; the vocabulary
        itself cancels out. 0.0 for a text without words.
        """
        lines = [self.encode(s) for s in passage.sentences[:MAX_SENTENCES]]
        if not lines:
            return 0.0
        start = self._code[START]
        first = np.array([a for line in lines for a in (start, *line[:-2])], dtype=np.int64)
        second = np.array([b for line in lines for b in line[:-1]], dtype=np.int64)
        third = np.array([c for line in lines for c in line[1:]], dtype=np.int64)
        chance = self._triple(first, second, third)
        return float(np.mean(np.log(chance) - np.log(self._single[third])))

    def _triple(self, first: Codes, second: Codes, third: Codes) -> Counts:
        n = len(self.classes)
        pair = first * n + second
        seen_of = _look_up(self.keys, self.counts, pair * n + third)
        pairs, totals, kinds = self._after_pair
        total, kind = _look_up(pairs, totals, pair), _look_up(pairs, kinds, pair) + 1.0
        lower = self._double[second, third]
        return np.asarray((seen_of + kind * lower) / (total + kind), dtype=np.float32)


def _look_up(keys: Codes, values: Counts, wanted: Codes) -> Counts:
    """Values at `wanted` in the sorted `keys`; 0 where a key is missing."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], np.float32(0))
