"""What the memory's verbs answer."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.passage import Passage
from engine.memory.traces import Traces


@dataclass(frozen=True)
class Remembered:
    """What came of remembering a text: new passages, and how many were there already.

    `waiting` passages are stored and can be recalled in a moment, when they have been indexed.
    """

    passages: tuple[Passage, ...]
    merged: int
    waiting: int


@dataclass(frozen=True)
class Page:
    """One page of passages of `total`."""

    passages: tuple[Passage, ...]
    total: int


@dataclass(frozen=True)
class Forgotten:
    """How many passages are gone, and what remains of their words elsewhere."""

    count: int
    remaining: Traces


@dataclass(frozen=True)
class MemoryState:
    """`problem` says why nothing can be recalled now, if so; `waiting` passages are not indexed yet."""

    passages: int
    waiting: int
    problem: str
