"""Contenders: which models of a user can be compared now, and how each is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.version import Student, Version
from engine.serving.resolve import own_model, teacher, wait_for
from engine.store import Store
from engine.teaching import Teachers
from models.base import LanguageModel
from models.ensemble import Rank


@dataclass(frozen=True)
class Contender:
    """One model, by the name that votes keep. `open` gives it ready to be asked; of several teachers
    its `rank` chooses the answer. Those who teach see a kind's shown answer, as when they write."""

    name: str
    open: Callable[[Rank], LanguageModel]
    version_id: str | None = None
    teaches: bool = False


def contenders(
    store: Store, teachers: Teachers, base_model: str, user_id: str
) -> dict[str, Contender]:
    """By name: the base, the teacher where it is another, and each version that is served. One that
    learned an erased text is none of them."""
    found = [Contender(called_base(base_model), lambda rank: wait_for(lambda: teacher(store)))]
    if teachers.called(user_id):
        name = teachers.model_for(user_id, lambda text: 0.0).name
        found.append(Contender(name, lambda rank: teachers.model_for(user_id, rank), teaches=True))
    found += [_of_version(store, version) for version in served(store, base_model, user_id)]
    return {each.name: each for each in found}


def called_base(base_model: str) -> str:
    """The base as votes name it."""
    return f"the base {base_model}"


def served(store: Store, base_model: str, user_id: str) -> list[Version]:
    """Versions of the user's zega that answer without being loaded first, newest first."""
    generation, active = store.serving.current(), store.versions.active(user_id)
    loaded = set(generation.adapters) if generation is not None else set()
    if active is not None:
        loaded.add(active.id)
    return [
        version
        for version in store.versions.list(user_id)
        if version.id in loaded
        and version.student is Student.ZEGA
        and version.base_model == base_model
        and version.quarantined_at is None
    ]


def _of_version(store: Store, version: Version) -> Contender:
    return Contender(version.label, lambda rank: own_model(store, version), version.id)
