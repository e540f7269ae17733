"""How much of a reference text an answer has: ROUGE-L in words, chrF in letters; both from 0 to 100.

ROUGE-L: Lin 2004, the F-measure of the longest common subsequence of words, without stemming. chrF:
Popović 2015, sacrebleu's chrF2 with its defaults, over all texts together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Overlap:
    """The two figures over `rows` answers."""

    rouge_l: float
    chrf: float
    rows: int


def overlap(answers: Sequence[str], references: Sequence[str]) -> Overlap:
    """Both figures of answers with one reference each; ROUGE-L is the mean over them."""
    from sacrebleu.metrics.chrf import CHRF

    pairs = list(zip(answers, references, strict=True))
    if not pairs:
        return Overlap(0.0, 0.0, 0)
    mean = sum(rouge_l(answer, reference) for answer, reference in pairs) / len(pairs)
    chrf = CHRF().corpus_score(answers, [references]).score
    return Overlap(mean, chrf, len(pairs))


def rouge_l(answer: str, reference: str) -> float:
    """The F-measure of the longest common subsequence of their words.

    >>> rouge_l("the cat sat", "the cat sat")
    100.0
    """
    mine, theirs = _words(answer), _words(reference)
    common = longest_common(mine, theirs)
    return 200.0 * common / (len(mine) + len(theirs)) if common else 0.0


def _words(text: str) -> list[str]:
    # An umlaut may be one letter or a letter with a mark.
    return _WORDS.findall(unicodedata.normalize("NFC", text).casefold())


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
