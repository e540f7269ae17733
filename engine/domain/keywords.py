"""KeywordList: words that a text must not lose, under a name that its owner gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class KeywordList:
    """Keywords as they were written, without duplicates, in the order they came in."""

    user_id: str
    name: str
    keywords: tuple[str, ...]
    updated_at: datetime
