"""Benchmark: a set of prompts that a user adds to measure models by, with what good answers say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BenchmarkRow:
    """One prompt. `reference` is a good answer, `label` the one right answer. With a `kind` the prompt is
    an idea for a text of that kind; without one it is asked as it stands."""

    prompt: str
    reference: str | None = None
    label: str | None = None
    genre: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Benchmark:
    """A set under its name: how many rows it has, and how many of them a reference or a label."""

    id: str
    user_id: str
    name: str
    created_at: datetime
    rows: int
    references: int
    labels: int
