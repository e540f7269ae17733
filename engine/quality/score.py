"""The offline quality score of a generated text: gates first, then a weighted mean of named parts.

It reads its tables once and then needs neither network nor a model; a text of 200 words takes a
few milliseconds. It judges surface: order, subject, genre, repetition. Whether a story is moving
or true it cannot tell. Tables and weights come from `scripts/calibrate_quality.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from engine.domain.quality import Quality
from engine.quality.cohesion import Cohesion
from engine.quality.english import English
from engine.quality.gates import PROSE_KINDS, Limits, find_faults, repeated_share
from engine.quality.genre import GenreModel
from engine.quality.likelihood import WordOrder
from engine.quality.order import SentenceOrder
from engine.quality.order_cues import outline
from engine.quality.relevance import cover, find_subject
from engine.quality.tokens import Passage, parse
from engine.quality.vocabulary import Vocabulary

HERE = Path(__file__).parent
WEIGHTS = HERE / "weights.yaml"
DATA = HERE / "data"
GATE_CAP = 3.0
"""No text with a fault scores more than this."""
GOOD = 7.0


@dataclass(frozen=True)
class Part:
    """One named part: its weight, and the curve from its measure to 0-10 (points in order)."""

    weight: float
    curve: tuple[tuple[float, float], ...]

    def mark(self, measure: float) -> float:
        """0-10 for a measure, along straight lines between the points, level outside them."""
        x, y = zip(*self.curve, strict=True)
        return float(np.interp(measure, x, y))


@dataclass(frozen=True)
class Scorer:
    """Everything the score needs, read once. Safe to share between threads: nothing changes."""

    english: English
    vocabulary: Vocabulary
    word_order: WordOrder
    genres: GenreModel
    sentence_order: SentenceOrder
    cohesion: Cohesion
    limits: Limits
    parts: dict[str, Part]
    relevance_weights: tuple[float, float]
    weakest_share: float

    @classmethod
    def load(cls) -> Scorer:
        """Read the packaged tables (about 0.1 s); later calls return the same scorer."""
        return _read()

    def score(self, text: str, *, prompt: str, genre: str | None, kind: str = "stories") -> Quality:
        """Score a text from 0 (worthless) to 10, with each part's mark and what lowered it.

        `genre` None or unknown leaves the genre part out, an empty prompt the relevance part;
        the weights of the others then share the whole. Any text is accepted.
        """
        passage = parse(text)
        gain = self.word_order.gain(passage)
        faults = find_faults(
            passage, word_gain=gain, limits=self.limits, vocabulary=self.vocabulary,
            english=self.english, kind=kind,
        )  # fmt: skip
        if not passage.words:
            return Quality(0.0, {}, faults or ("The text is empty.",))
        measures = self.measure(passage, gain, prompt, genre, kind)
        marks = {name: self.parts[name].mark(value) for name, value in measures.items()}
        reasons = (*faults, *self._explain(marks, passage, prompt, genre))
        score = self.combine(marks)
        shown = {name: round(mark, 2) for name, mark in marks.items()}
        return Quality(round(min(score, GATE_CAP) if faults else score, 2), shown, reasons)

    def measure(
        self, passage: Passage, gain: float, prompt: str, genre: str | None, kind: str
    ) -> dict[str, float]:
        """The raw figure of each part that applies, before its curve."""
        found = {"repetition": -repeated_share(passage.words)}
        if kind != "code":
            found["likelihood"] = gain
        subject = find_subject(prompt, self.vocabulary, self.english)
        if subject.words:
            features = cover(subject, passage, self.vocabulary).features()
            found["relevance"] = float(np.dot(features, self.relevance_weights))
        if kind in PROSE_KINDS:
            if genre in self.genres.genres and genre is not None:
                found["genre"] = self.genres.margin(passage, genre, self.vocabulary)
            told = outline(passage, self.vocabulary, self.english)
            if told is not None:
                found["order"] = self.sentence_order.measure(told)
                found["cohesion"] = self.cohesion.measure(told)
        return found

    def combine(self, marks: Mapping[str, float]) -> float:
        """Weighted mean of the marks, drawn towards the weakest of them by `weakest_share`."""
        weights = [self.parts[name].weight for name in marks]
        mean = float(np.average(list(marks.values()), weights=weights))
        return (1 - self.weakest_share) * mean + self.weakest_share * min(marks.values())

    def _explain(
        self, marks: Mapping[str, float], passage: Passage, prompt: str, genre: str | None
    ) -> tuple[str, ...]:
        """A sentence for each part that is too weak for a good text, weakest first."""
        weak = sorted((mark, name) for name, mark in marks.items() if mark < GOOD - 1)
        return tuple(self._reason(name, passage, prompt, genre) for _, name in weak)

    def _reason(self, name: str, passage: Passage, prompt: str, genre: str | None) -> str:
        if name == "relevance":
            subject = find_subject(prompt, self.vocabulary, self.english)
            met = cover(subject, passage, self.vocabulary).met
            ranked = sorted(zip(subject.weights, subject.words, met, strict=True), reverse=True)
            missing = [word for _, word, share in ranked if share < 0.3][:3]
            tail = f"; missing: {', '.join(missing)}" if missing else ""
            return f"The text keeps little to its prompt{tail}."
        if name == "genre":
            lean = self.genres.lean(passage, self.vocabulary)
            nearest = max(lean, key=lambda other: lean[other])
            return f"It reads more like {_plain(nearest)} than {_plain(genre or '')}."
        return {
            "likelihood": "The wording is unusual for English prose.",
            "order": "The sentences do not follow from one another.",
            "cohesion": "Its sentences have little in common.",
            "repetition": "Several phrases are said more than once.",
        }[name]


@lru_cache(maxsize=1)
def _read() -> Scorer:
    settings = yaml.safe_load(WEIGHTS.read_text(encoding="utf-8"))
    english = English.read()
    return Scorer(
        english=english,
        vocabulary=Vocabulary.read(DATA / "words.npz", english.function_words),
        word_order=WordOrder.read(DATA / "word_order.npz"),
        genres=GenreModel.read(DATA / "genres.npz"),
        sentence_order=SentenceOrder.read(DATA / "sentence_order.npz"),
        cohesion=Cohesion(np.array(settings["cohesion"])),
        limits=Limits(**settings["limits"]),
        parts={
            name: Part(part["weight"], tuple((x, y) for x, y in part["curve"]))
            for name, part in settings["parts"].items()
        },
        relevance_weights=tuple(settings["relevance"]),
        weakest_share=settings["weakest_share"],
    )


def _plain(genre: str) -> str:
    return genre.replace("_", " ").replace("sci fi", "science fiction")
