"""Snapshot: a frozen, hashed list of example ids with their split; what one run was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Split(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Snapshot:
    """`rows` pairs example ids with their part; `sha256` covers ids, parts and texts, in order."""

    id: str
    user_id: str
    created_at: datetime
    sha256: str
    rows: tuple[tuple[str, Split], ...]

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
