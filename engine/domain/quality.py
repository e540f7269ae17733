"""Quality: what the score says of one text, with the parts it came from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Quality:
    """A 0-10 score, its named parts (0-10 each) and plain reasons for anything that lowered it."""

    score: float
    parts: dict[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
