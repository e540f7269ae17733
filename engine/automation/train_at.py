"""At how many new examples a training starts by itself: asked here by everything that starts or tells."""

from __future__ import annotations

from engine.errors import InvalidInput
from engine.store import Store

TRAIN_AT = "train_at"
MOST = 100_000


def train_at_of(store: Store, user_id: str, default: int) -> int:
    """The number the user chose, else the studio's default; 0 = never by itself."""
    chosen = store.preferences.get(user_id, TRAIN_AT)
    return default if chosen is None else int(chosen)


def check_train_at(train_at: int) -> int:
    """The same number. Raises `InvalidInput`."""
    if isinstance(train_at, bool) or not isinstance(train_at, int):
        raise InvalidInput("train_at", f"must be a whole number, got {train_at!r}")
    if not 0 <= train_at <= MOST:
        raise InvalidInput("train_at", f"must be from 0 (never) to {MOST:,}, got {train_at}")
    return train_at
