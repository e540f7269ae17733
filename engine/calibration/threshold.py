"""From which score a user's texts are kept: asked here by everything that keeps or counts texts."""

from __future__ import annotations

from typing import Any

from engine.store import Store

CUTS = "keep_thresholds"


def threshold_of(store: Store, user_id: str, default: float) -> float:
    """The threshold the user agreed to last, else the studio's default (0-10)."""
    found = cuts_of(store, user_id)
    return found[-1] if found else default


def cuts_of(store: Store, user_id: str) -> list[float]:
    """Every threshold the user agreed to and did not go back from, oldest first."""
    found: list[Any] = store.preferences.get(user_id, CUTS, [])
    return [float(each) for each in found]
