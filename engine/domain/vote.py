"""Vote: which of two answers to one prompt a person found better, not knowing who wrote which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Choice(StrEnum):
    """What a person found of two answers. Where both are bad, neither counts as better."""

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True)
class Pair:
    """Two answers to be voted on, in the order they are shown in. A text is empty until it is written.

    `prompt` is what a person asked, before its kind, genre and style made a request of it
    (`request_for`). Models are named as people call them; the ids are those of versions, None for
    any other model.
    """

    id: str
    user_id: str
    prompt: str
    kind: str
    genre: str | None
    style: str | None
    left_model: str
    right_model: str
    left_version_id: str | None
    right_version_id: str | None
    left_text: str
    right_text: str
    created_at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether both answers are there, so that they may be shown."""
        return bool(self.left_text and self.right_text)


@dataclass(frozen=True)
class Vote:
    """A vote that was cast at `created_at`; the other fields are its pair's. Of an erased one the
    texts are empty, and who won still counts."""

    id: str
    user_id: str
    prompt: str
    genre: str | None
    kind: str
    left_model: str
    right_model: str
    left_text: str
    right_text: str
    choice: Choice
    created_at: datetime
    style: str | None = None

    @property
    def has_texts(self) -> bool:
        """Whether both texts are still there, so that something can be learned from them."""
        return bool(self.left_text and self.right_text)
