"""Readiness: how far the next training is."""

from __future__ import annotations

from dataclasses import dataclass

from engine.store import Store


@dataclass(frozen=True)
class Readiness:
    """How far the next training is. `examples` are trainable ones since the last training; variants
    are in no count but `variants`.

    `level` is the row of the readiness scale that was reached: not ready, ready, excellent.
    """

    examples: int
    total: int
    until_next: int
    needed: int
    level: str
    variants: int = 0

    @property
    def can_train(self) -> bool:
        """Whether a training started by hand would be accepted."""
        return self.total >= self.needed


def readiness(
    store: Store, user_id: str, *, threshold: float, train_at: int, min_examples: int
) -> Readiness:
    """Counts for one user. The scale is the source's: 10 not ready, 50 ready, 100 excellent."""
    last = store.snapshots.latest(user_id)
    since = last.created_at if last else None
    examples = store.examples.count_trainable(user_id, threshold=threshold, since=since)
    total = store.examples.count_trainable(user_id, threshold=threshold)
    level = "excellent" if examples >= 100 else "ready" if examples >= 50 else "not ready"
    variants = store.variants.count(user_id)
    return Readiness(examples, total, max(0, train_at - examples), min_examples, level, variants)
