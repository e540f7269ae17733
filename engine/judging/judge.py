"""A judge: a model that marks one text by a rubric, or compares two in both orders.

Models prefer a place: whatever stands first, or last. A pair is therefore asked about twice, the
other way round, and unless both answers name the same text it is a tie.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from engine.judging.rubric import Better, Rubric
from models.base import LanguageModel, Message, complete

# Marks are a few lines.
MOST_TOKENS = 120


class Winner(StrEnum):
    """Which of two texts is better, whatever order they were shown in."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


@dataclass(frozen=True)
class Marks:
    """What `judge` gave a text: the mean of its parts, 0-10 each."""

    judge: str
    score: float
    parts: dict[str, float]


class Judge:
    """Asks `model`. No answer in the asked form is no verdict (None), never a guess."""

    def __init__(self, model: LanguageModel, rubric: Rubric) -> None:
        self._model = model
        self._rubric = rubric

    def mark(self, text: str, *, prompt: str) -> Marks | None:
        """Marks for one text. Raises what the model raises."""
        parts = self._rubric.marks(self._ask(self._rubric.about(text, prompt)))
        return None if parts is None else Marks(self._model.name, fmean(parts.values()), parts)

    def compare(self, first: str, second: str, *, prompt: str) -> Winner | None:
        """The better of two texts. Raises what the model raises."""
        ahead = self._rubric.better(self._ask(self._rubric.between(first, second, prompt)))
        if ahead is None:
            return None
        behind = self._rubric.better(self._ask(self._rubric.between(second, first, prompt)))
        if behind is None:
            return None
        if (ahead, behind) == (Better.FIRST, Better.SECOND):
            return Winner.FIRST
        if (ahead, behind) == (Better.SECOND, Better.FIRST):
            return Winner.SECOND
        return Winner.TIE

    def _ask(self, messages: list[Message]) -> str:
        return complete(self._model, messages, temperature=0.0, max_tokens=MOST_TOKENS).text
