"""Near-duplicates in a memory: a text that says almost word for word what is already remembered.

Two notes that differ in one fact must both stay, so short texts are only compared as a whole (by
their hash), and longer ones must share nearly all of their five-word runs.
"""

from __future__ import annotations

import heapq
import re
import zlib
from collections.abc import Iterable

# Jaccard similarity over five-word runs: about one changed word in 80.
SIMILARITY = 0.85
MIN_WORDS = 40
RUN = 5
SKETCH = 8


class KnownTexts:
    """What is remembered already. Texts that share one of their smallest run hashes are compared.

    A bottom-k sketch: texts above SIMILARITY share their smallest hashes but for a chance of 1 in
    millions. Making one takes a tenth of a millisecond, so thousands are sketched when asked.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_hash: dict[int, list[str]] = {}
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        if is_long(text):
            for value in sketch(text):
                self._by_hash.setdefault(value, []).append(text)

    def repeats(self, text: str) -> bool:
        """Whether this nearly repeats something."""
        if not is_long(text):
            return False
        alike = {each for value in sketch(text) for each in self._by_hash.get(value, ())}
        return any(similarity(text, each) >= SIMILARITY for each in alike)


def sketch(text: str) -> list[int]:
    """The smallest hashes of the text's runs."""
    return heapq.nsmallest(SKETCH, {zlib.crc32(run.encode()) for run in runs(text)})


def is_long(text: str) -> bool:
    return len(text.split()) >= MIN_WORDS


def similarity(first: str, second: str) -> float:
    """Shared five-word runs of two texts, as a share of all of theirs."""
    one, other = runs(first), runs(second)
    return len(one & other) / len(one | other)


def runs(text: str) -> set[str]:
    """Runs of five words; of a shorter text all its words as one."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))}
