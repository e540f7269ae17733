"""Which of the eight genres a text reads like: marking words, and the direction of all its words.

A linear model over the mean word vector, so words near the marking ones count too. It knows
vocabulary, not plot; neighbours such as horror and dark fantasy share much of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.quality.tokens import Passage, stem
from engine.quality.vocabulary import Vocabulary

Matrix = NDArray[np.float64]
MARK = 6.0
"""How much marking words weigh beside the direction of all words."""
WIDTH = 96
"""Leading parts of a word vector that genre looks at; the finer ones only add noise here."""


@dataclass(frozen=True)
class GenreModel:
    """`slopes` is (WIDTH, genres), `bases` (genres,); `marks` gives log-odds by stem."""

    genres: tuple[str, ...]
    slopes: Matrix
    bases: Matrix
    marks: dict[str, Matrix]

    def lean(self, passage: Passage, vocabulary: Vocabulary) -> dict[str, float]:
        """Log of each genre's share: all below 0, the highest is what the text reads like."""
        content = vocabulary.content(passage.words)
        total = sum(weight for _, weight in content.values()) or 1.0
        marked = np.zeros(len(self.genres))
        for word, (_, weight) in content.items():
            mark = self.marks.get(stem(word))
            if mark is not None:
                marked += weight * mark
        logits = direction(passage, vocabulary) @ self.slopes + self.bases + MARK * marked / total
        peak = logits.max()
        logits = logits - peak - np.log(np.exp(logits - peak).sum())
        return dict(zip(self.genres, map(float, logits), strict=True))

    def margin(self, passage: Passage, genre: str, vocabulary: Vocabulary) -> float:
        """Log-odds of a genre against the strongest other one; above 0 when it is the strongest."""
        lean = self.lean(passage, vocabulary)
        return lean[genre] - max(value for name, value in lean.items() if name != genre)

    def write(self, path: Path) -> None:
        """Write the model as one compressed file."""
        stems = sorted(self.marks)
        np.savez_compressed(
            path, genres=np.array(self.genres), slopes=self.slopes.astype(np.float32),
            bases=self.bases.astype(np.float32), stems=np.array(stems),
            marks=np.array([self.marks[s] for s in stems], dtype=np.float32),
        )  # fmt: skip

    @classmethod
    def read(cls, path: Path) -> GenreModel:
        """Read what `write` wrote."""
        with np.load(path) as data:
            marks = {
                str(s): m.astype(float) for s, m in zip(data["stems"], data["marks"], strict=True)
            }
            slopes, bases = data["slopes"].astype(float), data["bases"].astype(float)
            return cls(tuple(map(str, data["genres"])), slopes, bases, marks)


def direction(passage: Passage, vocabulary: Vocabulary) -> Matrix:
    """The main direction of a text's words, (WIDTH,), length 1 or all 0."""
    lead = vocabulary.centre(passage.words)[:WIDTH].astype(np.float64)
    return np.asarray(lead / (np.linalg.norm(lead) + 1e-6))
