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
