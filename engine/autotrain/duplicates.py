"""Near-duplicates: texts that share most of their five-word runs with one already kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from datasketch import MinHash, MinHashLSH

# Two stories on one prompt share a few phrases; a Jaccard similarity of 0.5 over five-word runs means
# that about two thirds of the sentences are the same.
SIMILARITY = 0.5
PERMUTATIONS = 64
RUN = 5


class NearDuplicates:
    """An index of kept texts by id."""

    def __init__(self, kept: Iterable[tuple[str, str]] = ()) -> None:
        self._index = MinHashLSH(threshold=SIMILARITY, num_perm=PERMUTATIONS)
        for key, text in kept:
            self.add(key, text)

    def add(self, key: str, text: str) -> None:
        self._index.insert(key, _signature(text), check_duplication=False)

    def find(self, text: str) -> str | None:
        """The id of a kept text this one nearly repeats."""
        found = self._index.query(_signature(text))
        return str(min(found)) if found else None


def _signature(text: str) -> MinHash:
    words = re.findall(r"\w+", text.lower())
    runs = {" ".join(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1))}
    signature = MinHash(num_perm=PERMUTATIONS)
    signature.update_batch([run.encode() for run in sorted(runs)])
    return signature
