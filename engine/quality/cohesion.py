"""Do the two sides of a text belong together? Looked at around each sentence of its middle part.

A text that was glued from two, or that forgets its own beginning, changes its people, things, person
or tense at once. The measure is that of its weakest seam. It does not know the order of sentences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.quality.order_cues import Matrix, Outline

SEAMS = (0.35, 0.65)
"""The part of a text in which a seam is looked for, as shares of its sentences."""
FIGURES = 9


@dataclass(frozen=True)
class Cohesion:
    """Learned weights of the figures of `seam_figures`."""

    weights: Matrix

    def measure(self, text: Outline) -> float:
        """Higher the more the two sides of the weakest seam have in common."""
        count = len(text.cues)
        first, last = (round(count * share) for share in SEAMS)
        return min(
            float(seam_figures(text, seam) @ self.weights)
            for seam in range(max(1, first), min(last, count - 1) + 1)
        )


def seam_figures(text: Outline, seam: int) -> Matrix:
    """(FIGURES,): what the sentences before a seam share with those from it on.

    Weighted words in common, of all and of the scarcer side; nearness in meaning; names in common
    and names without; the differences in person, in speech and tense cues, and in sentence length.
    """
    said, names, weights = text.mentions.said, text.mentions.names, text.mentions.weights
    left, right = said[:seam].max(axis=0), said[seam:].max(axis=0)
    both, sides = (left * right) @ weights, (left @ weights, right @ weights)
    name_left, name_right = names[:seam].max(axis=0), names[seam:].max(axis=0)
    shared_names, scarcer = name_left @ name_right, min(name_left.sum(), name_right.sum())
    near = _unit(text.centres[:seam].sum(axis=0)) @ _unit(text.centres[seam:].sum(axis=0))
    persons = np.abs(text.persons[:seam].mean(axis=0) - text.persons[seam:].mean(axis=0))
    cues = np.abs(text.cues[:seam].mean(axis=0) - text.cues[seam:].mean(axis=0))
    return np.array([
        both / max(1.0, min(sides)), both / max(1.0, sum(sides)), near,
        float(shared_names > 0), float(scarcer > 0 and shared_names == 0),
        persons[:3].sum(), persons[3:].sum(), cues[:30].sum(), cues[8],
    ])  # fmt: skip


def _unit(vector: Matrix) -> Matrix:
    return np.asarray(vector / (np.linalg.norm(vector) + 1e-6))
