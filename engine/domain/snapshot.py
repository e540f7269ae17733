"""Snapshot: a frozen, hashed list of example ids with their split; what one run was trained on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.domain.decontamination import Decontamination


class Split(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Snapshot:
    """`rows` pairs example ids with their part; `sha256` covers ids, parts and texts, in order.

    `left_out` says which rows are missing because they repeat held-out ones, `variants` counts
    those in the training part that reword another row of it.
    """

    id: str
    user_id: str
    created_at: datetime
    sha256: str
    rows: tuple[tuple[str, Split], ...]
    left_out: Decontamination = field(default_factory=Decontamination)
    variants: int = 0

    def count(self, split: Split) -> int:
        return sum(1 for _, part in self.rows if part is split)

    @property
    def augmented_share(self) -> float:
        """The share of variants in the training part, from 0 to 1."""
        return self.variants / max(1, self.count(Split.TRAIN))


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
