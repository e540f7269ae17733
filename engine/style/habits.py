"""Habits of writing in figures: which of the user's a model has not taken on, the largest difference first.

Each habit is measured on samples of about 300 words. The difference is that of the means in standard
deviations of such samples (Cohen's d), so that habits of any unit can be ranked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from statistics import fmean, variance

from engine.domain.style import Habit
from engine.evaluation.intervals import mean_figure
from engine.quality.tokens import Passage, parse
from engine.style.profile import function_words, samples

SHOWN = 5
FAVOURITES = 20
"""So many of the user's commonest function words are compared."""
MOST_WORDS_SHOWN = 2
"""Of the habits that are shown, at most so many are about single words."""
LEAST_SPREAD = 1e-9
MOST = 99.0
"""Standard deviations: where neither text varies, any difference would be without end."""

Measure = Callable[[Passage], float]

_SPOKEN = re.compile(r'"[^"\n]*(?:"|\n|$)')
_FIRST_PERSON = re.compile(r"(?:i|me|my|mine|myself|we|us|ours?|ourselves)(?:'\w+)?")
# English words in -ly; the commonest that are no adverbs are left out.
_ADVERB = re.compile(
    r"(?!(?:only|early|family|lovely|lonely|holy|ugly|silly|jolly|reply)$)\w{3,}ly"
)


def sentence_length(passage: Passage) -> float:
    return len(passage.words) / max(1, len(passage.sentences))


def paragraph_length(passage: Passage) -> float:
    paragraphs = [line for line in passage.text.splitlines() if line.strip()]
    return len(passage.words) / max(1, len(paragraphs))


def word_length(passage: Passage) -> float:
    return sum(map(len, passage.words)) / max(1, len(passage.words))


def spoken(passage: Passage) -> float:
    """Words of a hundred that stand in double quotes; one left open ends with its paragraph."""
    said = sum(len(found.split()) for found in _SPOKEN.findall(passage.text))
    return 100.0 * said / max(1, len(passage.text.split()))


def marks(pattern: str, passage: Passage) -> float:
    """How often something stands among a hundred words."""
    return 100.0 * len(re.findall(pattern, passage.text)) / max(1, len(passage.words))


def of_words(wanted: Callable[[str], object], passage: Passage) -> float:
    """Words of a hundred that are of this sort."""
    return 100.0 * sum(bool(wanted(word)) for word in passage.words) / max(1, len(passage.words))


MEASURES: dict[str, Measure] = {
    "words in a sentence": sentence_length,
    "words in a paragraph": paragraph_length,
    "letters in a word": word_length,
    "words spoken, of a hundred": spoken,
    "commas in a hundred words": partial(marks, ","),
    "semicolons in a hundred words": partial(marks, ";"),
    "dashes in a hundred words": partial(marks, "--+|[—–]"),
    "exclamation marks in a hundred words": partial(marks, "!"),
    "question marks in a hundred words": partial(marks, r"\?"),
    "adverbs in -ly in a hundred words": partial(of_words, _ADVERB.fullmatch),
    "“I”, “we” and their forms in a hundred words": partial(of_words, _FIRST_PERSON.fullmatch),
    "contractions in a hundred words": partial(of_words, lambda word: "'" in word),
}


def habits(
    own: Sequence[str], base: Sequence[str], version: Sequence[str], *, seed: int
) -> tuple[Habit, ...]:
    """The five habits in which the version differs most from the user. None where one of the three has
    fewer than two samples."""
    ours, before, after = (
        [parse(sample) for sample in samples(texts)] for texts in (own, base, version)
    )
    if min(map(len, (ours, before, after))) < 2:
        return ()

    def habit(name: str, measure: Measure) -> Habit:
        mine, its = [measure(each) for each in ours], [measure(each) for each in after]
        return Habit(
            name=name,
            own=mean_figure(mine, seed=seed),
            base=mean_figure([measure(each) for each in before], seed=seed),
            version=mean_figure(its, seed=seed),
            difference=difference(mine, its),
        )

    favourites = {f"“{word}” in a hundred words": word for word in favourite_words(ours)}
    measures = MEASURES | {
        name: partial(of_words, word.__eq__) for name, word in favourites.items()
    }
    ranked = sorted(measures, key=lambda name: -abs(_difference(measures[name], ours, after)))
    chosen: list[str] = []
    for name in ranked:
        words = sum(each in favourites for each in chosen)
        if name not in favourites or words < MOST_WORDS_SHOWN:
            chosen.append(name)
    return tuple(habit(name, measures[name]) for name in chosen[:SHOWN])


def favourite_words(passages: Sequence[Passage]) -> list[str]:
    """The function words that come most often, first the commonest; “I” and “we” have a habit of their
    own."""
    known = {word for word in function_words() if not _FIRST_PERSON.fullmatch(word)}
    counts = Counter(word for each in passages for word in each.words if word in known)
    return [word for word, _ in counts.most_common(FAVOURITES)]


def _difference(measure: Measure, own: Sequence[Passage], version: Sequence[Passage]) -> float:
    return difference([measure(each) for each in own], [measure(each) for each in version])


def difference(own: Sequence[float], version: Sequence[float]) -> float:
    """Mean of own minus mean of version, in their pooled standard deviation, at most `MOST` of them.
    Needs two values of each."""
    apart = fmean(own) - fmean(version)
    freedom = len(own) + len(version) - 2
    pooled = (len(own) - 1) * variance(own) + (len(version) - 1) * variance(version)
    spread = max(math.sqrt(pooled / freedom), LEAST_SPREAD)
    return max(-MOST, min(MOST, apart / spread))
