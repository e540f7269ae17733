"""Harm: how answers of an active version went wrong in use, and that it was taken back for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fault(StrEnum):
    """What was wrong with an answer: it broke off with an error, it had no words, or it went in circles."""

    ERROR = "error"
    EMPTY = "empty"
    LOOPING = "looping"


@dataclass(frozen=True)
class TakenBack:
    """A version that does not answer any more since `at`, by itself; `reason` is a sentence."""

    version_id: str
    reason: str
    at: datetime
