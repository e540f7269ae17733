"""A writer's profile: how often each run of three characters comes, once the subject is masked.

Stamatatos 2017 ("Authorship attribution using text distortion"): words that are no function words lose
their letters and keep their shape, so that a profile tells of function words, punctuation and the length
of words, and little of what a text is about. English words are known; of another language punctuation and
shapes alone are left. Two texts are compared by the cosine of the roots of their frequencies, in which a
run that comes often does not drown the others.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from engine.quality.english import English
from engine.quality.tokens import straight

Profile = Mapping[str, float]
"""The root of the share of each run of three characters; its squares sum to 1."""

RUN = 3
SAMPLE_WORDS = 300
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_DASH = re.compile(r" ?(?:--+|–|—) ?")


@cache
def function_words() -> frozenset[str]:
    """The words that are left as they are."""
    return English.read().function_words


def masked(text: str) -> str:
    """A text without its subject: paragraphs on a line each, capitals as X, other letters as x, digits
    as 0; quotes are straight and dashes alike.

    >>> masked("The old sea-dog sat, and I knew him.")
    'The xxx xxx-xxx xxx, and I knew him.'
    """
    known = function_words()

    def mask(found: re.Match[str]) -> str:
        word = found[0]
        if word.lower() in known:
            return word
        return _LETTER.sub(lambda letter: "X" if letter[0].isupper() else "x", word)

    # How a dash or a quote is set is the printer's habit.
    plain = _DASH.sub("—", straight(text))
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return _DIGIT.sub("0", _WORD.sub(mask, "\n".join(line for line in lines if line)))


def profile_of(texts: Iterable[str]) -> Profile:
    """The profile of texts together; no run goes from one into the next. Empty for empty texts."""
    counts: Counter[str] = Counter()
    for text in texts:
        shown = f"\n{masked(text)}\n"
        counts.update(shown[start : start + RUN] for start in range(len(shown) - RUN + 1))
    total = counts.total()
    return {run: math.sqrt(count / total) for run, count in counts.items()}


def mean_profile(profiles: Sequence[Profile]) -> Profile:
    """The mean of the profiles of one or more samples; likeness to it is the mean of that to each."""
    runs = {run for each in profiles for run in each}
    return {run: math.fsum(each.get(run, 0.0) for each in profiles) / len(profiles) for run in runs}


def likeness(one: Profile, other: Profile) -> float:
    """The inner product of two profiles, their cosine: 1 for the same, 0 without a run in common."""
    fewer, more = sorted((one, other), key=len)
    return math.fsum(value * more.get(run, 0.0) for run, value in fewer.items())


def samples(texts: Sequence[str], words: int = SAMPLE_WORDS) -> list[str]:
    """Texts joined, in their order, to samples of at least so many words, so that all are compared at
    the same length. What is left at the end joins the last one, unless it is half a sample."""
    found: list[str] = []
    held: list[str] = []
    for text in texts:
        held.append(text)
        if sum(len(each.split()) for each in held) >= words:
            found.append("\n\n".join(held))
            held = []
    rest = "\n\n".join(held)
    if found and 2 * len(rest.split()) < words:
        found[-1] = "\n\n".join([found[-1], *held])
    elif rest.strip():
        found.append(rest)
    return found


def attributed_to(texts: Sequence[str], profiles: Mapping[str, Profile]) -> str:
    """The name of the writer whose profile texts, all taken together, are most like.

    What all these profiles have in common says nothing: the differences from their mean are compared.
    """
    common = mean_profile(list(profiles.values()))
    found = _difference(profile_of(texts), common)

    def likeness_to(name: str) -> float:
        own = _difference(profiles[name], common)
        length = math.sqrt(math.fsum(value * value for value in own.values()))
        return likeness(found, own) / (length or 1.0)

    return max(profiles, key=likeness_to)


def _difference(one: Profile, other: Profile) -> Profile:
    return {run: one.get(run, 0.0) - other.get(run, 0.0) for run in one.keys() | other.keys()}
