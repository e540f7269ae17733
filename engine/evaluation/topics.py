"""How the answers of two models differ by what they are about, and what fell beyond doubt.

Answers are compared in pairs, by prompt and seed. A topic fell where its 95 % interval lies below zero and
a test says so that allows for having looked at several topics: of eight that did not change, intervals
of a few prompts alone would name one far too often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.domain.evaluation import Answer, Evaluation, Figure
from engine.evaluation.intervals import mean_figure

ALPHA = 0.05
SHUFFLES = 9_999


@dataclass(frozen=True)
class Topic:
    """What a text is about: the genre of a story, else its kind."""

    kind: str
    genre: str | None

    @property
    def name(self) -> str:
        """In the middle of a sentence, e.g. `dark fantasy`."""
        if self.kind != "stories":
            return self.kind.replace("_", " ")
        return "stories" if self.genre is None else self.genre.replace("_", " ")

    def covers(self, answer: Answer) -> bool:
        """Whether rows of this topic teach what is asked for there; without a genre they teach all."""
        return answer.kind == self.kind and self.genre in (None, answer.genre)


class Pair(NamedTuple):
    """What two models answered to one prompt, asked with the same seed."""

    old: Answer
    new: Answer

    @property
    def change(self) -> float:
        """Points of quality, new minus old."""
        return self.new.quality - self.old.quality


def pairs_of(old: Evaluation, new: Evaluation) -> list[Pair]:
    """What both were asked, in the new one's order."""
    before = {(each.kind, each.prompt, each.seed): each for each in old.answers}
    return [
        Pair(before[key], each)
        for each in new.answers
        if (key := (each.kind, each.prompt, each.seed)) in before
    ]


@dataclass(frozen=True)
class TopicChange:
    """How the quality of one topic changed, new minus old; `fell` beyond doubt or not."""

    topic: Topic
    quality: Figure
    fell: bool


def topic_changes(old: Evaluation, new: Evaluation, grown: set[Topic]) -> list[TopicChange]:
    """The change of each topic, the worst first. Only those that rows were added to can be said to have
    fallen: nothing is tested that nobody would be blamed for."""
    pairs = pairs_of(old, new)
    topics = {Topic(pair.new.kind, pair.new.genre) for pair in pairs} | grown
    differences = {
        topic: [pair.change for pair in pairs if topic.covers(pair.new)] for topic in topics
    }
    asked = {topic: values for topic, values in differences.items() if values}
    fell = fallen({topic: asked[topic] for topic in grown & asked.keys()}, seed=new.seed)
    changes = []
    for topic, values in asked.items():
        figure = mean_figure(values, seed=new.seed)
        changes.append(TopicChange(topic, figure, figure.high < 0 and topic in fell))
    return sorted(changes, key=lambda each: (each.quality.value, each.topic.name))


def fallen(differences: Mapping[Topic, Sequence[float]], *, seed: int) -> set[Topic]:
    """Topics whose mean lies below zero, with a chance of one in twenty that any of them is named where
    none has changed."""
    doubts = holm({topic: chance(values, seed) for topic, values in differences.items()})
    return {topic for topic, doubt in doubts.items() if doubt <= ALPHA}


def chance(values: Sequence[float], seed: int) -> float:
    """How likely a mean as low as this is where neither model is better: signs flipped at random, all of
    them for few values (Fisher 1935)."""
    import numpy as np
    from scipy import stats

    found = stats.permutation_test(
        (np.asarray(values, dtype=float),),
        lambda sample, axis: np.mean(sample, axis=axis),
        permutation_type="samples",
        vectorized=True,
        alternative="less",
        n_resamples=SHUFFLES,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def holm(chances: Mapping[Topic, float]) -> dict[Topic, float]:
    """Chances that allow for having looked at all of them (Holm 1979).

    >>> horror, romance = Topic("stories", "horror"), Topic("stories", "romance")
    >>> list(holm({horror: 0.01, romance: 0.04}).values())
    [0.02, 0.04]
    """
    adjusted: dict[Topic, float] = {}
    highest = 0.0
    for place, (key, value) in enumerate(sorted(chances.items(), key=lambda row: row[1])):
        highest = max(highest, min(1.0, value * (len(chances) - place)))
        adjusted[key] = highest
    return adjusted


def is_clear(figure: Figure) -> bool:
    """Whether the whole interval lies on one side of zero."""
    return figure.low > 0 or figure.high < 0


def points(figure: Figure) -> str:
    """E.g. `-0.9 of 10 (95 % interval -1.4 to -0.4, n = 8)`."""
    return (
        f"{figure.value:+.1f} of 10 (95 % interval {figure.low:+.1f} to {figure.high:+.1f}, "
        f"n = {figure.n})"
    )
