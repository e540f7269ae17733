"""What the review's verbs answer when it is more than one noun."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.example import Example
from engine.domain.review import Decided, ReviewFilter
from engine.review.repair import Repair


@dataclass(frozen=True)
class Queue:
    """One page of a queue that holds `total` texts."""

    examples: tuple[Example, ...]
    total: int


@dataclass(frozen=True)
class Sample:
    """A text before and after a repair."""

    example_id: str
    before: str
    after: str


@dataclass(frozen=True)
class RepairPreview:
    """What a repair would do: `scanned` texts of the queue `where` were looked at, those of `targets`
    would change.

    Hand it to `apply_repair` as it is. `targets` pairs the ids with how the texts stood. Texts of
    which nothing would be left are not touched: `emptied` of them.
    """

    repair: Repair
    where: ReviewFilter
    scanned: int
    emptied: int
    targets: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...]

    @property
    def changed(self) -> int:
        return len(self.targets)


@dataclass(frozen=True)
class Repaired:
    """What a repair did: texts it mended, and those left alone because they were decided about,
    changed or erased since the preview. `undo` takes it back as one step."""

    changed: int
    left_out: int


@dataclass(frozen=True)
class Undone:
    """The entries of the step that was taken back, newest first."""

    entries: tuple[Decided, ...]

    @property
    def example_id(self) -> str:
        """The text to show again."""
        return self.entries[0].example_id
