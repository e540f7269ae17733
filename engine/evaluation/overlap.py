"""How much of a reference text an answer has: ROUGE-L in words, chrF in letters; both from 0 to 100.

ROUGE-L: Lin 2004, the F-measure of the longest common subsequence of words, without stemming. chrF:
Popović 2015 as sacrebleu computes it (chrF2: 6-grams, beta 2, spaces left out), summed over all texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_NGRAM = 6
BETA = 2.0
_WORDS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Overlap:
    """The two figures over `rows` answers."""

    rouge_l: float
    chrf: float
    rows: int


def overlap(answers: Sequence[str], references: Sequence[str]) -> Overlap:
    """Both figures of answers with one reference each; ROUGE-L is the mean over them."""
    pairs = list(zip(answers, references, strict=True))
    if not pairs:
        return Overlap(0.0, 0.0, 0)
    mean = sum(rouge_l(answer, reference) for answer, reference in pairs) / len(pairs)
    return Overlap(mean, chrf(answers, references), len(pairs))


def rouge_l(answer: str, reference: str) -> float:
    """The F-measure of the longest common subsequence of their words.

    >>> rouge_l("the cat sat", "the cat sat")
    100.0
    """
    mine, theirs = _WORDS.findall(answer.lower()), _WORDS.findall(reference.lower())
    common = longest_common(mine, theirs)
    return 200.0 * common / (len(mine) + len(theirs)) if common else 0.0


def longest_common(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(theirs) + 1)
    for word in mine:
        diagonal = 0
        for place, other in enumerate(theirs, start=1):
            above = row[place]
            row[place] = diagonal + 1 if word == other else max(above, row[place - 1])
            diagonal = above
    return row[-1]


def chrf(answers: Sequence[str], references: Sequence[str]) -> float:
    """chrF2 of all texts together: the mean over 1- to 6-grams of letters of precision and recall."""
    precisions, recalls = [], []
    for length in range(1, LONGEST_NGRAM + 1):
        common = mine = theirs = 0
        for answer, reference in zip(answers, references, strict=True):
            ours, expected = ngrams(answer, length), ngrams(reference, length)
            common += (ours & expected).total()
            mine += ours.total()
            theirs += expected.total()
        if mine and theirs:
            precisions.append(common / mine)
            recalls.append(common / theirs)
    if not precisions:
        return 0.0
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    if not precision + recall:
        return 0.0
    return 100.0 * (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def ngrams(text: str, length: int) -> Counter[str]:
    """How often each n-gram of letters occurs, spaces left out."""
    letters = "".join(text.split())
    return Counter(letters[start : start + length] for start in range(len(letters) - length + 1))
