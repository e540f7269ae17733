"""Who teaches: providers of language models, their keys, and which of them a user chose."""

from __future__ import annotations

from engine.budget import Budget
from engine.settings import Settings
from engine.store import Store
from engine.teaching.teachers import Teachers
from models.catalog import find_base_model

__all__ = ["Teachers", "open_teachers"]


def open_teachers(settings: Settings, store: Store, budget: Budget) -> Teachers:
    """The teachers of this home, whose calls the budget pays for. Raises `WeightsMissing` for an
    unknown base model."""
    return Teachers(
        store,
        settings.home,
        base_model=find_base_model(settings.base_model).name,
        slots=settings.generation_slots,
        always_local=settings.local_only,
        budget=budget,
        guest_teacher=settings.guest_teacher,
    )
