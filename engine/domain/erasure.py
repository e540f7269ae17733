"""Erasure: which texts are to go, everything that holds them or learned from them, and that it was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.errors import InvalidInput


class Noun(StrEnum):
    """What an erasure can reach. Texts first, then what was made of them."""

    EXAMPLE = "example"
    DRAFT = "draft"
    STORY = "story"
    PASSAGE = "passage"
    CANDIDATE = "candidate"
    DECISION = "decision"
    INPUT = "input"
    VOTE = "vote"
    BENCHMARK = "benchmark"
    REMARK = "remark"
    SNAPSHOT = "snapshot"
    RUN = "run"
    VERSION = "version"
    EXPORT = "export"


PREFERRED = (Noun.VOTE, Noun.DRAFT, Noun.STORY)
"""What preferences are read from, beside examples."""


class Why(StrEnum):
    """Why something is reached."""

    CHOSEN = "chosen"
    PHRASE = "holds the phrase"
    VARIANT = "made from it"
    REPEATS = "nearly repeats it"
    WORDS = "holds the same words"
    LEARNED = "learned from it"
    MEASURED = "measured on it"
    LISTS = "lists it"


@dataclass(frozen=True)
class Selection:
    """What a person wants gone: examples by id, everything of one import, or every text with a phrase."""

    example_ids: tuple[str, ...] = ()
    import_id: str = ""
    phrase: str = ""

    def check(self) -> None:
        """Raise InvalidInput for one that chooses nothing, or a phrase that is in everything."""
        if not (self.example_ids or self.import_id or self.phrase.strip()):
            raise InvalidInput("selection", "is empty: name examples, an import or a phrase")
        if self.phrase and len(self.phrase.strip()) < 4:
            raise InvalidInput("phrase", "must have at least 4 characters: it would be everywhere")

    @property
    def said(self) -> str:
        """In words, without any of the words that go."""
        parts = []
        if count := len(self.example_ids):
            parts.append(f"{count} example{'' if count == 1 else 's'}")
        if self.import_id:
            parts.append(f"import {self.import_id}")
        if self.phrase:
            parts.append("a phrase")
        return ", ".join(parts)


@dataclass(frozen=True)
class Reached:
    """One thing that is reached. `label` is how people know it: its first words, or its name."""

    noun: Noun
    id: str
    why: Why
    label: str


@dataclass(frozen=True)
class ErasurePlan:
    """Everything that would go, to be looked at first. `id` becomes the erasure's: it is done once.

    `files` are paths that would be deleted. `elsewhere` are exported files that this studio cannot
    delete: they are the owner's to delete.
    """

    id: str
    user_id: str
    selection: Selection
    reached: tuple[Reached, ...]
    files: tuple[str, ...]
    elsewhere: tuple[str, ...]

    def of(self, noun: Noun) -> tuple[Reached, ...]:
        return tuple(each for each in self.reached if each.noun is noun)

    def ids(self, noun: Noun) -> list[str]:
        return [each.id for each in self.of(noun)]

    @property
    def is_empty(self) -> bool:
        return not self.reached

    @property
    def quarantined(self) -> tuple[Reached, ...]:
        """Versions that learned the text and may not answer any more."""
        return tuple(each for each in self.of(Noun.VERSION) if each.why is Why.LEARNED)


@dataclass(frozen=True)
class Erasure:
    """That it was done: what was chosen, ids by noun, never a word. Unfinished = files may be left."""

    id: str
    user_id: str
    created_at: datetime
    chosen: str
    reached: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    finished_at: datetime | None = None

    def ids(self, noun: Noun) -> tuple[str, ...]:
        return self.reached.get(noun.value, ())

    def count(self, noun: Noun) -> int:
        return len(self.ids(noun))
