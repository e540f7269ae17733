"""Shared runs of three words between many texts: exact, and fast enough for 50,000 rows.

A run that many texts hold is a common phrase, or the frame of a template, and says nothing; what is
counted are the others. Two texts of which one holds a fair share of the other's runs repeat it, also
when only a part was copied, sentences were moved or words replaced here and there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

RUN = 3
# Found in the texts of more groups than this, or of half of them, a run is a common phrase.
COMMON = 10
# Rows of the product that are held at once.
CHUNK = 1000

Runs = NDArray[np.uint64]
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Shared(NamedTuple):
    """Texts `one` and `other`, by their places, share `runs` runs, `share` of those of the shorter."""

    one: int
    other: int
    runs: int
    share: float


class WordRuns:
    """Turns texts into sets of hashed runs; the same words give the same runs."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, text: str) -> Runs:
        """The different runs of a text, in order of their hashes."""
        numbers = self._numbers
        ids = [numbers.setdefault(word, len(numbers) + 1) for word in words(text)]
        each = np.array(ids, dtype=np.uint64)
        total = np.zeros(max(0, len(ids) - RUN + 1), dtype=np.uint64)
        for place in range(RUN):
            total = (total + each[place : place + len(total)]) * MULTIPLIER
            total ^= total >> np.uint64(29)
        return np.unique(total)


def words(text: str) -> list[str]:
    """The words of a text without case and punctuation."""
    return re.findall(r"\w+", text.lower())


def shared_runs(
    texts: Sequence[Runs],
    others: Sequence[Runs],
    groups: Sequence[int],
    other_groups: Sequence[int],
    *,
    least: int,
) -> list[Shared]:
    """Pairs of a text and another that share at least `least` uncommon runs.

    Texts of one group count once where common runs are found. The groups are numbers from 0.
    """
    if not any(map(len, texts)) or not any(map(len, others)):
        return []
    known: Runs = np.unique(np.concatenate(list(others)))
    here, there = table(texts, known), table(others, known)
    often = group_counts(here, groups) + group_counts(there, other_groups)
    bound = min(COMMON, max(RUN, (max([*groups, *other_groups]) + 1) // 2))
    uncommon = (often <= bound).astype(np.int32)
    common_here, common_there = here @ (1 - uncommon), there @ (1 - uncommon)
    sizes = np.array([len(each) for each in texts]) - common_here
    other_sizes = np.array([len(each) for each in others]) - common_there
    kept = here.multiply(uncommon).tocsr()
    kept.eliminate_zeros()
    flipped = there.T.tocsr()
    found = []
    for start in range(0, len(texts), CHUNK):
        product = (kept[start : start + CHUNK] @ flipped).tocoo()
        enough = product.data >= least
        rows, columns = product.coords[0][enough] + start, product.coords[1][enough]
        shorter = np.minimum(sizes[rows], other_sizes[columns])
        counts = product.data[enough]
        for row, column, count, size in zip(rows, columns, counts, shorter, strict=True):
            found.append(Shared(int(row), int(column), int(count), min(1.0, count / max(size, 1))))
    return found


def table(texts: Sequence[Runs], known: Runs) -> csr_array:
    """Which text holds which of the known runs: texts by rows, runs by columns."""
    starts, columns = [0], []
    for runs in texts:
        places = np.searchsorted(known, runs)
        places[places == len(known)] = 0
        held = places[known[places] == runs]
        columns.append(held)
        starts.append(starts[-1] + len(held))
    indices = np.concatenate(columns).astype(np.int32)
    ones = np.ones(len(indices), dtype=np.int32)
    return csr_array((ones, indices, np.array(starts)), shape=(len(texts), len(known)))


def group_counts(held: csr_array, groups: Sequence[int]) -> NDArray[np.int64]:
    """In how many groups each run occurs."""
    places = np.arange(len(groups))
    ones = np.ones(len(groups), dtype=np.int32)
    of_group = csr_array((ones, (np.array(groups), places)))
    by_group = (of_group @ held).tocsr()
    return np.bincount(by_group.indices, minlength=held.shape[1])
