"""Export: examples that left the studio as a file, and which ones are chosen for that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.domain.example import Source


class Which(StrEnum):
    """How far examples must have come: what that means is said in engine/domain/example.py."""

    ALL = "all"
    KEPT = "kept"
    TRAINABLE = "trainable"


@dataclass(frozen=True)
class Selection:
    """Examples of a user, narrowed by whatever is given. Erased ones are in no selection."""

    which: Which = Which.KEPT
    kind: str | None = None
    genre: str | None = None
    source: Source | None = None
    job_id: str | None = None


@dataclass(frozen=True)
class Export:
    """One export. `place` is the file or folder that was written, or the door it left by."""

    id: str
    user_id: str
    format: str
    place: str
    examples: int
    created_at: datetime
