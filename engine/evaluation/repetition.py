"""How much a text repeats itself: the share of its runs of four words that it has said before.

It is seq-rep-4 of Welleck et al. 2019 ("Neural text generation with unlikelihood training"), over words in
lower case. The gate of the score (`engine/quality/gates.py`) counts words within a window instead.
"""

from __future__ import annotations

from engine.quality.tokens import parse

RUN = 4


def repetition(text: str) -> float:
    """From 0 (no run of four words comes twice) to almost 1 (a loop); 0 for less than four words.

    >>> repetition("the cat sat down and the cat sat down")
    0.16666666666666663
    """
    words = parse(text).words
    runs = [words[start : start + RUN] for start in range(len(words) - RUN + 1)]
    return 1.0 - len(set(runs)) / len(runs) if runs else 0.0
