"""Snapshot: a frozen, hashed list of example ids with their split; what one run was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.domain.decontamination import Decontamination
from engine.domain.preference import Origin


class Split(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class FrozenPreference:
    """A preference by the rows that it is read from, and its part."""

    origin: Origin
    ids: tuple[str, ...]
    split: Split


@dataclass(frozen=True)
class FrozenPreferences:
    """What a preference training learns from, beside the examples of its snapshot, which measure it and
    are what the version it starts from had learned.

    `start_id` is that version, None for the base, and `earlier` are the ids of what its own preference
    trainings learned from. `sha256` covers origins, ids, parts and texts, in order. `left_out` counts
    those that repeat held-out rows.
    """

    rows: tuple[FrozenPreference, ...]
    sha256: str
    start_id: str | None = None
    earlier: tuple[str, ...] = ()
    left_out: int = 0

    def count(self, split: Split) -> int:
        return sum(row.split is split for row in self.rows)

    @property
    def parts(self) -> dict[str, Split]:
        """The part of each vote and example; of one in several rows, training before the others."""
        in_order = sorted(self.rows, key=lambda row: row.split is Split.TRAIN)
        found = {id: row.split for row in in_order for id in row.ids}
        return found | dict.fromkeys(self.earlier, Split.TRAIN)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": [[row.origin.value, list(row.ids), row.split.value] for row in self.rows],
            "sha256": self.sha256,
            "start_id": self.start_id,
            "earlier": list(self.earlier),
            "left_out": self.left_out,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FrozenPreferences:
        """What `as_json` gave."""
        rows = tuple(
            FrozenPreference(Origin(origin), tuple(ids), Split(split))
            for origin, ids, split in data["rows"]
        )
        return cls(rows, data["sha256"], data["start_id"], tuple(data["earlier"]), data["left_out"])


@dataclass(frozen=True)
class Snapshot:
    """`rows` pairs example ids with their part; `sha256` covers ids, parts and texts, in order.

    `left_out` says which rows are missing because they repeat held-out ones, `variants` counts
    those in the training part that reword another row of it. That of a preference training has
    `preferences`.
    """

    id: str
    user_id: str
    created_at: datetime
    sha256: str
    rows: tuple[tuple[str, Split], ...]
    left_out: Decontamination = field(default_factory=Decontamination)
    variants: int = 0
    preferences: FrozenPreferences | None = None

    def count(self, split: Split) -> int:
        return sum(1 for _, part in self.rows if part is split)


@dataclass(frozen=True)
class SnapshotCounts:
    """A snapshot without its rows: how many each part has, and how many texts were erased since."""

    id: str
    created_at: datetime
    sha256: str
    train: int
    validation: int
    test: int
    erased: int

    @property
    def total(self) -> int:
        return self.train + self.validation + self.test


@dataclass(frozen=True)
class SnapshotReport:
    """What a snapshot is made of, without its rows: how many they are, and `left_out` and `variants` as of
    the snapshot. `augmented_share` is that of variants in the training part, from 0 to 1."""

    user_id: str
    rows: int
    left_out: Decontamination
    variants: int
    augmented_share: float
