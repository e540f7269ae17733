"""Which genre a text reads like: marking words, and the direction of all its words.

A linear model over the mean word vector, so words near the marking ones count too. It knows
vocabulary, not plot; neighbours such as horror and dark fantasy share much of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from engine.quality.tokens import Passage, stem
from engine.quality.vocabulary import Vocabulary

Matrix = NDArray[np.float64]
NEIGHBOURS = Path(__file__).parent / "neighbours.yaml"
MARK = 8.0
"""How much marking words weigh beside the direction of all words."""
NEIGHBOUR_LEAD = 2.5
"""By how much (nats) a neighbouring genre may lead before it counts against the asked one."""
WIDTH = 96
"""Leading parts of a word vector that genre looks at; the finer ones only add noise here."""


@dataclass(frozen=True)
class GenreModel:
    """`slopes` is (WIDTH, genres), `bases` (genres,); `marks` gives log-odds by stem.

    `neighbours` names for each genre those that a story of it may lean to (`neighbours.yaml`).
    """

    genres: tuple[str, ...]
    slopes: Matrix
    bases: Matrix
    marks: dict[str, Matrix]
    neighbours: dict[str, tuple[str, ...]]

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
        """Log-odds of a genre against the strongest other one; above 0 when it is the strongest.

        A neighbouring genre counts `NEIGHBOUR_LEAD` less: a dark fantasy may read like horror.
        """
        lean = self.lean(passage, vocabulary)
        near = self.neighbours.get(genre, ())
        others = [v - NEIGHBOUR_LEAD * (n in near) for n, v in lean.items() if n != genre]
        return lean[genre] - max(others)

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
        """Read what `write` wrote, and the neighbours from their list."""
        with np.load(path) as data:
            marks = {
                str(s): m.astype(float) for s, m in zip(data["stems"], data["marks"], strict=True)
            }
            slopes, bases = data["slopes"].astype(float), data["bases"].astype(float)
            return cls(tuple(map(str, data["genres"])), slopes, bases, marks, read_neighbours())


def read_neighbours(path: Path = NEIGHBOURS) -> dict[str, tuple[str, ...]]:
    """Genre → its neighbours, from pairs that hold in both directions."""
    pairs = yaml.safe_load(path.read_text(encoding="utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for left, right in pairs:
        found[left] = (*found.get(left, ()), right)
        found[right] = (*found.get(right, ()), left)
    return found


def direction(passage: Passage, vocabulary: Vocabulary) -> Matrix:
    """The main direction of a text's words, (WIDTH,), length 1 or all 0."""
    lead = vocabulary.centre(passage.words)[:WIDTH].astype(np.float64)
    return np.asarray(lead / (np.linalg.norm(lead) + 1e-6))
