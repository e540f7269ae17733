"""Preference: what a person found better than something else, as a training learns it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Learns(StrEnum):
    """What a preference training learns from: pairs of a better and a worse text, or thumbs."""

    PAIRS = "pairs"
    THUMBS = "thumbs"


class Origin(StrEnum):
    """How a person said it: a vote in the arena, an edit of a text, accepting one answer and rejecting
    another to the same request; a thumb up, a thumb down."""

    VOTE = "vote"
    EDIT = "edit"
    DECIDED = "decided"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class PreferencePair:
    """Of two texts on one request the better (`chosen`) and the worse. `ids` name the vote, or the better
    and the worse example.

    `prompt` is what a model reads, `seed_prompt` without kind, genre and style; pairs of one `group`
    never straddle a split.
    """

    origin: Origin
    ids: tuple[str, ...]
    seed_prompt: str
    prompt: str
    kind: str
    group: str
    chosen: str
    rejected: str
    at: datetime

    @property
    def texts(self) -> tuple[str, ...]:
        """What is learned from, the better text first."""
        return self.chosen, self.rejected


@dataclass(frozen=True)
class Thumb:
    """A text that a person's thumb went up or down for; the other fields are as a pair's.

    `ids` name the example, or the draft and its story for a text that was stopped, which is not whole:
    nobody said that it should end there.
    """

    origin: Origin
    ids: tuple[str, ...]
    seed_prompt: str
    prompt: str
    kind: str
    group: str
    completion: str
    at: datetime
    is_whole: bool = True

    @property
    def desirable(self) -> bool:
        return self.origin is Origin.UP

    @property
    def texts(self) -> tuple[str, ...]:
        """What is learned from."""
        return (self.completion,)


Preference = PreferencePair | Thumb
