"""Does a text keep to one thing, or is it glued from two?

Looked at in every pair of its sentences, whichever comes first: what they share in words and meaning,
and how evenly people, speech and length are spread. It does not know the order of sentences, so a
shuffled text measures the same as the text in order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.quality.order_cues import Matrix, Outline, shared_words

FIGURES = 14
SPOKEN = slice(13, 30)
"""The cues of a sentence that tell how it is told: speech, tense, questions."""
LENGTH = 8
"""The cue that is a sentence's length."""


@dataclass(frozen=True)
class Cohesion:
    """Learned weights of the figures of `bag_figures`."""

    weights: Matrix

    def measure(self, text: Outline) -> float:
        """Higher the more the sentences have in common."""
        return float(bag_figures(text) @ self.weights)


def bag_figures(text: Outline) -> Matrix:
    """(FIGURES,): what pairs of sentences share, on average and at best; words said again; what is
    named once only; how mixed persons and speech are; lengths."""
    said, weights = text.mentions.said, text.mentions.weights
    near = (text.mentions.near + text.mentions.near.T) / 2
    alike = text.centres @ text.centres.T
    times = said.sum(axis=0)
    again, weighed = times > 1, weights * times
    names = text.mentions.names.sum(axis=0)
    persons, told = text.persons.mean(axis=0), text.cues[:, SPOKEN].mean(axis=0)
    spread = persons * (1 - persons)
    count = len(text.cues)
    return np.array([
        _mean_of_pairs(near), _mean_of_pairs(alike), _mean_of_pairs(shared_words(text)),
        weighed[again].sum() / max(1e-6, weighed.sum()),
        weights[again].sum() / max(1e-6, weights[times > 0].sum()),
        (names == 1).sum() / count, spread[:4].sum(), spread[4:].sum(), (told * (1 - told)).sum(),
        text.cues[:, LENGTH].std(), np.log(count), np.linalg.norm(text.centres.mean(axis=0)),
        _mean_of_best(near), _mean_of_best(alike),
    ])  # fmt: skip


def _mean_of_pairs(table: Matrix) -> float:
    count = len(table)
    return float((table.sum() - np.trace(table)) / (count * (count - 1)))


def _mean_of_best(table: Matrix) -> float:
    """Mean over sentences of the most that any other one has in common with it."""
    return float((table - 9 * np.eye(len(table))).max(axis=1).mean())
