"""What teachers cost: prices, caps, and the calls that are counted against them."""

from __future__ import annotations

from pathlib import Path

from engine.budget.budget import Budget
from engine.budget.owner import settle_left
from engine.store import Store

__all__ = ["Budget", "open_budget"]


def open_budget(home: Path, store: Store) -> Budget:
    """The budget of this home; what processes that died had reserved is settled first."""
    settle_left(store.ledger)
    return Budget(store, home)
