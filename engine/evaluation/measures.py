"""Measures: what is said of a model's answers, in which unit, and what it tells a writer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.evaluation import Figure


class Measure(StrEnum):
    """Everything that one evaluation can say, in the order in which it is shown."""

    LOSS = "loss"
    PERPLEXITY = "perplexity"
    ACCURACY = "accuracy"
    MACRO_F1 = "macro_f1"
    ROUGE_L = "rouge_l"
    CHRF = "chrf"
    BLEU = "bleu"
    QUALITY = "quality"
    REPETITION = "repetition"
    DISTINCT = "distinct_2"
    WORDS = "words"
    SPEED = "tokens_per_second"
    SECONDS = "seconds"


class Better(StrEnum):
    """Which way a measure should go; of a length nobody can say."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Meaning:
    """How a measure is told: its name, its unit, how many digits matter, and what it is in words."""

    title: str
    unit: str
    better: Better
    digits: int
    words: str


MEANINGS = {
    Measure.LOSS: Meaning(
        "Held-out loss",
        "nats a token",
        Better.LOWER,
        3,
        "how much each next word of texts it never saw surprises the model",
    ),
    Measure.PERPLEXITY: Meaning(
        "Perplexity",
        "choices",
        Better.LOWER,
        2,
        "among how many equally likely next words the model seems to choose",
    ),
    Measure.QUALITY: Meaning(
        "Quality", "of 10", Better.HIGHER, 2, "the studio's score of its answers"
    ),
    Measure.REPETITION: Meaning(
        "Repetition",
        "of 1",
        Better.LOWER,
        3,
        "the share of an answer's runs of four words that it has said before",
    ),
    Measure.DISTINCT: Meaning(
        "Distinctness",
        "of 1",
        Better.HIGHER,
        3,
        "the share of runs of two words, over all answers, that are said for the first time",
    ),
    Measure.WORDS: Meaning("Length", "words", Better.NEITHER, 0, "how long an answer is"),
    Measure.BLEU: Meaning(
        "BLEU",
        "of 100",
        Better.HIGHER,
        1,
        "how many runs of one to four words it has in common with the references",
    ),
    Measure.CHRF: Meaning(
        "chrF",
        "of 100",
        Better.HIGHER,
        1,
        "how many runs of one to six letters it has in common with the references",
    ),
    Measure.ROUGE_L: Meaning(
        "ROUGE-L",
        "of 100",
        Better.HIGHER,
        1,
        "how much of an answer and its reference is the same words in the same order",
    ),
    Measure.ACCURACY: Meaning(
        "Accuracy", "of 1", Better.HIGHER, 3, "the share of answers that are the right label"
    ),
    Measure.MACRO_F1: Meaning(
        "Macro F1",
        "of 1",
        Better.HIGHER,
        3,
        "how well each label is found, rare ones counting as much as common ones",
    ),
    Measure.SPEED: Meaning(
        "Speed", "tokens a second", Better.HIGHER, 1, "how fast one answer comes, on this machine"
    ),
    Measure.SECONDS: Meaning(
        "Time", "seconds", Better.LOWER, 2, "what the middle answer took, on this machine"
    ),
}


def sentence(measure: Measure, figure: Figure) -> str:
    """What a figure says, for a writer, with its interval and the number of rows behind it."""
    meaning = MEANINGS[measure]
    better = f" {meaning.better.capitalize()} is better."
    return (
        f"{meaning.title} {shown(measure, figure.value)} {meaning.unit} ({interval(measure, figure)}): "
        f"{meaning.words}.{'' if meaning.better is Better.NEITHER else better}"
    )


def difference_sentence(measure: Measure, difference: Figure) -> str:
    """What the difference of two models says, new minus old, for a writer."""
    meaning = MEANINGS[measure]
    return (
        f"{meaning.title} {shown(measure, difference.value, sign='+')} {meaning.unit} "
        f"({interval(measure, difference, sign='+')}): {finding(measure, difference)}."
    )


def finding(measure: Measure, difference: Figure) -> str:
    """Whether a difference, new minus old, is one for the better, as far as its interval tells."""
    if difference.n < 2 or difference.low <= 0.0 <= difference.high:
        return "too close to tell"
    grew = difference.low > 0.0
    if MEANINGS[measure].better is Better.NEITHER:
        return "more" if grew else "less"
    return "better" if grew is (MEANINGS[measure].better is Better.HIGHER) else "worse"


def shown(measure: Measure, value: float, *, sign: str = "") -> str:
    """A value with the digits that matter. `sign` "+" writes the sign of a difference."""
    return f"{value:{sign}.{MEANINGS[measure].digits}f}"


def interval(measure: Measure, figure: Figure, *, sign: str = "") -> str:
    """In brackets behind a value: its interval, if there is one, and n."""
    if figure.n < 2:
        return f"no interval, n = {figure.n}"
    low, high = shown(measure, figure.low, sign=sign), shown(measure, figure.high, sign=sign)
    return f"95 % interval {low} to {high}, n = {figure.n:,}"
