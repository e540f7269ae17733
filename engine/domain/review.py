"""Review: a person looks at one text after the other and decides what is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.example import Example, Source

# The reviewer's name where a score accepted and no person did.
BY_SCORE = "score"


class Action(StrEnum):
    """What a person did with a text. A repair replaces it by a rule and decides nothing."""

    ACCEPT = "accept"
    EDIT = "edit"
    REJECT = "reject"
    SKIP = "skip"
    REPAIR = "repair"


class Pile(StrEnum):
    """Which texts are looked at. All but the last hold only texts that nobody has decided about.

    Written to be reviewed; near the threshold on either side; kept by their score; every one.
    """

    WAITING = "waiting"
    BORDERLINE = "borderline"
    KEPT = "kept"
    UNDECIDED = "undecided"
    DECIDED = "decided"


class Order(StrEnum):
    """Which text comes first. Skipped ones come last in any order."""

    BORDERLINE = "borderline"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class ReviewFilter:
    """What a queue is narrowed to; None leaves a field open."""

    pile: Pile = Pile.WAITING
    kind: str | None = None
    genre: str | None = None
    source: Source | None = None
    job_id: str | None = None


@dataclass(frozen=True)
class Flag:
    """A stretch of a text to look at: characters `start` to `end`, and why, in plain words.

    One of no length is about the text as a whole. `code` is stable: repeated_sentence,
    repeated_phrase, preface, afterword, cut_end, short.
    """

    start: int
    end: int
    code: str
    reason: str


@dataclass(frozen=True)
class Decided:
    """One entry of the history. Entries of one `step` are undone together.

    `result_id` is the text that an edit or a repair made of this one. `reviewer` is who decided, if
    the door says so. An undone entry stays in the history.
    """

    id: int
    step: str
    example_id: str
    action: Action
    reasons: tuple[str, ...]
    note: str
    result_id: str | None
    reviewer: str
    decided_at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True)
class Card:
    """One text to decide about. Hand `seen` back with the decision: it tells whether somebody else
    was faster. `original` is the text that this one was edited or repaired from. `history` has
    what was decided about this text and its original, newest first."""

    example: Example
    seen: int
    flags: tuple[Flag, ...]
    original: Example | None
    history: tuple[Decided, ...]


@dataclass(frozen=True)
class ReviewProgress:
    """How far a review is. `accepted` counts edited texts too; `target` is what a two-phase training
    wants accepted, None without one."""

    waiting: int
    accepted: int
    edited: int
    rejected: int
    target: int | None = None

    @property
    def decided(self) -> int:
        return self.accepted + self.rejected

    @property
    def to_go(self) -> int:
        """Texts to accept until the target is reached, or to look at where there is no target."""
        return self.waiting if self.target is None else max(0, self.target - self.accepted)
