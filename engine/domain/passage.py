"""Passage: a piece of text that is remembered, to be recalled when something like it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PassageType(StrEnum):
    """What a passage was cut from."""

    STORY = "story"
    NOTE = "note"
    UPLOAD = "upload"


class Scope(StrEnum):
    """`own` is recalled for the user's stories; `training` only when somebody asks for it."""

    OWN = "own"
    TRAINING = "training"


@dataclass(frozen=True)
class Passage:
    """`source` says where it came from, e.g. `draft:<id>`, and `position` which part of that it is.

    A pinned passage is recalled for every text, one that is switched off for none. `indexed_in` is
    the identity of the index collection that holds its vectors; None = not indexed yet.
    """

    id: str
    user_id: str
    text: str
    title: str
    type: PassageType
    scope: Scope
    source: str
    position: int
    sha256: str
    created_at: datetime
    used: int = 0
    last_used_at: datetime | None = None
    pinned: bool = False
    active: bool = True
    indexed_in: str | None = None


@dataclass(frozen=True)
class RecalledPassage:
    """A passage for a query; `score` is a cosine, 1 = says the same. A pinned one that is not among
    the nearest has none."""

    passage: Passage
    score: float | None


@dataclass(frozen=True)
class MemoryUse:
    """What of the memory went into one text. It names passages and never holds their words.

    `problem` says why nothing could be recalled, if so.
    """

    asked: bool = False
    problem: str = ""
    passages: tuple[PassageUse, ...] = ()

    @property
    def words(self) -> int:
        """Words the model was given."""
        return sum(use.words for use in self.passages)

    @property
    def words_cut(self) -> int:
        """Words that were recalled and did not fit."""
        return sum(use.words_cut for use in self.passages)


@dataclass(frozen=True)
class PassageUse:
    """One recalled passage: how near it was, how many of its words fitted and how many did not."""

    passage_id: str
    score: float | None
    words: int
    words_cut: int
