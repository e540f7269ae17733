"""How long a training will take, before it begins: its tokens, and the speed of the last one like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.example import Example
from engine.domain.recipe import Recipe
from engine.domain.run import Run

# Letters a token, of English in the vocabularies of small models.
LETTERS = 4.0
# Until one has run here: t5-small in fp32 on two cores (docs/decisions/017-t5.md).
FIRST_GUESS = 350.0
LONG_SECONDS = 600.0


@dataclass(frozen=True)
class TrainingEstimate:
    """Tokens that will be read and written in all passes, and seconds; `measured` says whether the speed is
    that of an earlier training here."""

    examples: int
    tokens: int
    seconds: float
    measured: bool

    @property
    def is_long(self) -> bool:
        """Whether a person should be asked first."""
        return self.seconds > LONG_SECONDS


def estimate_training(
    examples: Sequence[Example], recipe: Recipe, runs: Sequence[Run]
) -> TrainingEstimate:
    """The estimate for a training on these examples; `runs` are earlier ones, newest first."""
    longest = recipe.max_length * LETTERS
    letters = sum(
        min(len(each.prompt), longest) + min(len(each.completion), longest) for each in examples
    )
    tokens = round(letters / LETTERS * recipe.epochs)
    like_it = [run for run in runs if run.recipe == recipe.name and run.train_seconds > 0]
    speed = FIRST_GUESS
    if like_it and like_it[0].trained_tokens:
        speed = like_it[0].trained_tokens / like_it[0].train_seconds
    return TrainingEstimate(len(examples), tokens, tokens / speed, bool(like_it))
