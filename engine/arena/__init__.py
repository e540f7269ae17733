"""The arena: blind pairs of answers, votes on them, and what the votes say about models."""

from __future__ import annotations

from collections.abc import Callable

from engine.arena.arena import Arena
from engine.kinds import Kinds
from engine.quality.score import Scorer
from engine.settings import Settings
from engine.store import Store
from engine.teaching import Teachers
from models.catalog import find_base_model

__all__ = ["Arena", "open_arena"]


def open_arena(
    settings: Settings,
    store: Store,
    teachers: Teachers,
    kinds: Kinds,
    scorer: Callable[[], Scorer],
) -> Arena:
    """The arena of this home. Raises `WeightsMissing` for an unknown base model."""
    base = find_base_model(settings.base_model).name
    return Arena(store, teachers, kinds, scorer, base_model=base)
