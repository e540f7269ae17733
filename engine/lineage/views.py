"""What the lineage's verbs answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain.example import Example
from engine.domain.export import Export
from engine.domain.passage import Passage
from engine.domain.run import Run
from engine.domain.snapshot import Snapshot, SnapshotCounts, Split
from engine.domain.version import Version
from engine.store.lineage import Shelved


@dataclass(frozen=True)
class ListedSnapshot:
    """A snapshot in the list, with the versions that were trained on it, newest first."""

    counts: SnapshotCounts
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Row:
    """One row of a snapshot. Of an erased example no words are left."""

    example: Example
    split: Split


@dataclass(frozen=True)
class Verification:
    """Whether a snapshot still is what was frozen. `changed` and `erased` are ids of examples.

    `unknown` rows were frozen before their hashes were noted: when the whole differs and nothing
    else explains it, one of them changed.
    """

    snapshot_id: str
    rows: int
    intact: bool
    changed: tuple[str, ...]
    erased: tuple[str, ...]
    unknown: int

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        if self.intact:
            return f"All {self.rows:,} rows are as they were frozen."
        parts = []
        if self.erased:
            parts.append(f"{len(self.erased):,} rows were erased")
        if self.changed:
            parts.append(f"{len(self.changed):,} rows have other words than when they were frozen")
        if not parts:
            parts.append(
                "something changed that cannot be named: this set is from before rows had hashes"
            )
        return f"{' and '.join(parts).capitalize()}, of {self.rows:,}."


@dataclass(frozen=True)
class Moved:
    """An example that changed from one part to another."""

    example_id: str
    before: Split
    after: Split


@dataclass(frozen=True)
class Change:
    """How many rows of one kind came, went and moved."""

    added: int = 0
    removed: int = 0
    moved: int = 0


@dataclass(frozen=True)
class SnapshotDiff:
    """What changed from one snapshot to another. Ids are of examples, in the snapshots' order.

    `changed` rows are in both with other words. `tables` has a Change for each value of source,
    genre, kind, author and score (a band of one point, such as `7-8`).
    """

    before: str
    after: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[Moved, ...]
    changed: tuple[str, ...]
    same: int
    tables: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.moved or self.changed)


@dataclass(frozen=True)
class VersionLineage:
    """Version → run → snapshot; the rows are read page by page."""

    version: Version
    run: Run
    snapshot: Snapshot
    erased: int


@dataclass(frozen=True)
class ExampleLineage:
    """An example with everything it came from and everything that was made of it.

    `versions` that learned from it, and `measured` ones that were only judged on it; `active` is
    the label of the one among them that answers now.
    """

    example: Example
    parts: Mapping[str, Split]
    runs: tuple[Run, ...]
    versions: tuple[Version, ...]
    measured: tuple[Version, ...]
    active: str | None
    variant_of: str | None
    variants: tuple[str, ...]
    repeats: tuple[str, ...]
    drafts: tuple[Shelved, ...]
    passages: tuple[Passage, ...]
    exports: tuple[Export, ...]
