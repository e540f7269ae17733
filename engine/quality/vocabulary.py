"""Word meanings offline: a small vector for each of some 20,000 English words.

The vectors were distilled once from a sentence encoder by `scripts/calibrate_quality.py`; here
they are a table. Near words (`ship`, `vessel`) have a high cosine. No encoder runs here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.quality.tokens import bare

Vectors = NDArray[np.float32]
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("es", ""), ("es", "e"), ("s", ""), ("ed", ""), ("ed", "e"),
    ("ing", ""), ("ing", "e"), ("ly", ""), ("er", ""), ("er", "e"), ("est", ""), ("ness", ""),
    ("less", ""), ("ful", ""),
)  # fmt: skip
FREQUENT = 100
"""Words up to this rank weigh least; weight then grows with the logarithm of the rank."""


@dataclass(frozen=True)
class Vocabulary:
    """`words` from frequent to rare; `vectors` is (words, width), each row of length 1.

    `function_words` carry no subject and are left out of every content.
    """

    words: tuple[str, ...]
    vectors: Vectors
    function_words: frozenset[str]

    @classmethod
    def read(cls, path: Path, function_words: frozenset[str]) -> Vocabulary:
        """Read the table that `write` wrote."""
        with np.load(path) as data:
            words = tuple(data["words"].tobytes().decode().split("\n"))
            packed = data["vectors"]
        vectors = np.empty((packed.shape[0], 2 * packed.shape[1]), np.float32)
        vectors[:, 0::2] = (packed & 15).astype(np.float32) - 8
        vectors[:, 1::2] = (packed >> 4).astype(np.float32) - 8
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
        return cls(words, vectors, function_words)

    def write(self, path: Path) -> None:
        """Write the table in 4 bits a number (the width must be even)."""
        peak = np.abs(self.vectors).max(axis=1, keepdims=True) + 1e-9
        small = (np.round(self.vectors / peak * 7) + 8).astype(np.uint8)
        packed = small[:, 0::2] | (small[:, 1::2] << 4)
        np.savez_compressed(
            path, words=np.frombuffer("\n".join(self.words).encode(), np.uint8), vectors=packed
        )

    @cached_property
    def _row(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}

    def row(self, word: str) -> int | None:
        """Row of a lower-case word, by its base form if need be; None when unknown."""
        rows, word = self._row, bare(word)
        if (found := rows.get(word)) is not None:
            return found
        for ending, base in _ENDINGS:
            if not word.endswith(ending) or len(word) - len(ending) < 3:
                continue
            root = word[: len(word) - len(ending)]
            candidates = (root + base, root[:-1]) if root[-1] == root[-2] else (root + base,)
            for candidate in candidates:
                if (found := rows.get(candidate)) is not None:
                    return found
        return None

    def weight(self, word: str) -> float:
        """How much a word says of a subject: 0.2 for frequent ones, about 1 for rare, 1.2 unknown.

        A stand-in for inverse document frequency: the words are sorted by frequency.
        """
        row = self.row(word)
        return 1.2 if row is None else self._weights[row]

    @cached_property
    def _weights(self) -> list[float]:
        ranks = np.maximum(np.arange(len(self.words)), FREQUENT) / FREQUENT
        rarity = np.log(ranks) / np.log(len(self.words) / FREQUENT)
        return [float(weight) for weight in 0.2 + 0.8 * rarity]

    def content(self, words: Iterable[str]) -> dict[str, tuple[int, float]]:
        """The distinct words that carry meaning and are known, each with its row and weight."""
        found: dict[str, tuple[int, float]] = {}
        for word in words:
            if word in found or len(word) < 3 or word in self.function_words:
                continue
            row = self.row(word)
            if row is not None:
                found[word] = (row, self._weights[row])
        return found

    def centre(self, words: Iterable[str]) -> Vectors:
        """Weighted mean direction of the words, length 1; zeros when none is known."""
        content = self.content(words)
        if not content:
            return np.zeros(self.vectors.shape[1], np.float32)
        rows, weights = zip(*content.values(), strict=True)
        mean = np.asarray(weights, np.float32) @ self.vectors[list(rows)]
        return np.asarray(mean / (np.linalg.norm(mean) + 1e-6), np.float32)
