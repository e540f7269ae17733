"""Labels: which of the right answers of a labelled benchmark a model gave, and how often that was right.

A label counts as given where the whole answer is the label, after both are normalised: case, spaces, and
signs around it (quotes, brackets, asterisks, a full stop) do not matter. "The answer is yes" is not "yes":
a prompt must ask for the label alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

AROUND = " \t.,;:!?\"'`*_()[]{}«»“”„‘’…"


def normalised(text: str) -> str:
    """A label or an answer as they are compared.

    >>> normalised('  "Very  Good". ')
    'very good'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(AROUND)


def is_right(answer: str, label: str) -> bool:
    """Whether an answer is this label."""
    return normalised(answer) == normalised(label)


def macro_f1(
    answers: Sequence[str], labels: Sequence[str]
) -> Callable[[NDArray[np.intp]], NDArray[np.float64]]:
    """The macro F1 of any choice of rows: the plain mean of F1 over the labels that they should have.

    An answer that is none of the labels misses its own and is held against no other one.
    """
    known = {label: place for place, label in enumerate(dict.fromkeys(map(normalised, labels)))}
    right = np.array([known[normalised(label)] for label in labels])
    given = np.array([known.get(normalised(answer), len(known)) for answer in answers])
    hits = np.where(given == right, right, len(known))

    def of(places: NDArray[np.intp]) -> float:
        wanted, said, hit = (
            np.bincount(each[places], minlength=len(known) + 1)[: len(known)]
            for each in (right, given, hits)
        )
        there = wanted > 0
        return float((2.0 * hit[there] / (wanted + said)[there]).mean())

    return lambda places: np.apply_along_axis(of, -1, places)
