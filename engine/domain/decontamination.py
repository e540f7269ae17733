"""Decontamination: which training rows were left out because they repeat held-out ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class HeldOut(StrEnum):
    """Where a held-out row comes from."""

    VALIDATION = "validation"
    TEST = "test"
    EVALUATION = "evaluation"
    BENCHMARK = "benchmark"


class Likeness(StrEnum):
    """How a training row was found to repeat a held-out one, in the order in which they are tried."""

    EXACT = "exact"
    NEAR = "near"
    SHARED = "shared"
    MEANING = "meaning"


@dataclass(frozen=True)
class Overlap:
    """A training row that repeats a held-out one.

    `held_out_name` is an example's id for validation and test, the file and line for the others.
    `similarity` is from 0 to 1: 1 for exact, Jaccard of five-word runs for near, the share of the
    shorter text's three-word runs for shared, a cosine for meaning.
    """

    example_id: str
    held_out: HeldOut
    held_out_name: str
    likeness: Likeness
    similarity: float


@dataclass(frozen=True)
class Decontamination:
    """What was compared and what was left out. `note` says why meanings were not compared, if so."""

    compared: int = 0
    held_out: dict[str, int] = field(default_factory=dict)
    removed: tuple[Overlap, ...] = ()
    by_meaning: bool = False
    note: str = ""

    @property
    def sentence(self) -> str:
        """E.g. `3 rows left out: they repeat test and benchmark rows.`"""
        if not self.removed:
            return "No row was left out: none repeats a held-out row."
        parts = [part.value for part in HeldOut if any(r.held_out is part for r in self.removed)]
        count = len(self.removed)
        rows, they = ("1 row", "it repeats") if count == 1 else (f"{count:,} rows", "they repeat")
        return f"{rows} left out: {they} {' and '.join(parts)} rows."

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"removed": [asdict(each) for each in self.removed]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Decontamination:
        """What `as_json` gave; of an empty mapping, a report of nothing."""
        removed = tuple(
            Overlap(
                each["example_id"],
                HeldOut(each["held_out"]),
                each["held_out_name"],
                Likeness(each["likeness"]),
                each["similarity"],
            )
            for each in data.get("removed", ())
        )
        return cls(**{**data, "removed": removed})
