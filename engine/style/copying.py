"""A guard against copying: what answers share word by word with the text that was trained on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from engine.data.word_runs import words
from engine.domain.style import Copied

RUN = 8
SHORTEST = 3
"""Shorter spans are anybody's and are not looked for."""


def copied(answers: Sequence[str], trained: Sequence[str]) -> Copied:
    """The longest copied span and the share of runs of eight words, case and punctuation aside."""
    texts = [words(text) for text in trained]
    found = [words(answer) for answer in answers]
    said = Counter(run for answer in found for run in runs(answer, RUN))
    seen = {run for text in texts for run in runs(text, RUN) if run in said}
    return Copied(
        longest=longest_copied(found, texts),
        share=sum(said[run] for run in seen) / max(1, said.total()),
        words=sum(map(len, found)),
    )


def runs(text: Sequence[str], length: int) -> list[tuple[str, ...]]:
    """Every run of so many words, in order."""
    return [tuple(text[start : start + length]) for start in range(len(text) - length + 1)]


def longest_copied(answers: Sequence[Sequence[str]], trained: Sequence[Sequence[str]]) -> int:
    """The length of the longest span of words that an answer and a text have in common; 0 where none
    has `SHORTEST` words. The answers are indexed: they are few, and what was trained on may be much."""
    places: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, answer in enumerate(answers):
        for start, run in enumerate(runs(answer, SHORTEST)):
            places[run].append((number, start))
    longest = 0
    for text in trained:
        for begin, run in enumerate(runs(text, SHORTEST)):
            for number, start in places.get(run, ()):
                length = common(text, begin, answers[number], start, at_least=longest)
                longest = max(longest, length)
    return longest


def common(
    one: Sequence[str], begin: int, other: Sequence[str], start: int, *, at_least: int
) -> int:
    """How many words are the same from two places on; 0 where they are not `at_least` so many."""
    here, there = one[begin : begin + at_least], other[start : start + at_least]
    if here != there or len(here) < at_least:
        return 0
    length = at_least
    while (
        begin + length < len(one)
        and start + length < len(other)
        and one[begin + length] == other[start + length]
    ):
        length += 1
    return length
