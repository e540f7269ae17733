"""Readiness: how far the next training is."""

from __future__ import annotations

from dataclasses import dataclass

from engine.store import Store


@dataclass(frozen=True)
class Readiness:
    """How far the next training is. `examples` are trainable ones since the last training; variants
    are in no count but `variants`.

    `until_next` counts since a training was last asked for, also one that came to nothing: so many
    more start the next by itself at `train_at`. `level` is the row of the readiness scale that was
    reached: not ready, ready, excellent.
    """

    examples: int
    total: int
    until_next: int
    needed: int
    level: str
    variants: int = 0
    train_at: int = 0

    @property
    def can_train(self) -> bool:
        """Whether a training started by hand would be accepted."""
        return self.total >= self.needed

    @property
    def has_enough(self) -> bool:
        """Whether so much is new that a training is worth it."""
        return self.can_train and self.examples >= self.train_at


def readiness(
    store: Store, user_id: str, *, threshold: float, train_at: int, min_examples: int
) -> Readiness:
    """Counts for one user. The scale is the source's: 10 not ready, 50 ready, 100 excellent."""
    learned, tried = store.new_examples.moments(user_id)
    examples = store.new_examples.count(user_id, learned, threshold=threshold)
    since_tried = examples
    if tried != learned:
        since_tried = store.new_examples.count(user_id, tried, threshold=threshold)
    total = store.examples.count_trainable(user_id, threshold=threshold)
    level = "excellent" if examples >= 100 else "ready" if examples >= 50 else "not ready"
    return Readiness(
        examples=examples,
        total=total,
        until_next=max(0, train_at - since_tried),
        needed=min_examples,
        level=level,
        variants=store.variants.count(user_id),
        train_at=train_at,
    )
