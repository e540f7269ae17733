"""What starts by itself: a training of what is new, and a daily auto-training."""

from __future__ import annotations

from collections.abc import Callable

from engine.automation.automation import Automation
from engine.domain.job import Job
from engine.kinds import Kinds
from engine.settings import Settings
from engine.store import Store

__all__ = ["Automation", "open_automation"]


def open_automation(
    settings: Settings, store: Store, kinds: Kinds, enqueue: Callable[[Job], None]
) -> Automation:
    """What starts by itself in this home."""
    return Automation(
        store,
        kinds,
        enqueue,
        train_at=settings.train_at,
        threshold=settings.keep_threshold,
        min_examples=settings.min_examples,
        recipe=settings.recipe,
    )
