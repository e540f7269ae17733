"""Contenders: who can be measured by name: the base, a version, whoever teaches, one provider's model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.provider import BUILT_IN
from engine.domain.user import is_guest
from engine.domain.version import Student, Version
from engine.errors import InvalidInput
from engine.serving.resolve import CurrentModel
from engine.store import Store
from engine.teaching import Teachers
from engine.teaching.models import check_allowed
from models.base import LanguageModel

BASE, TEACHER = "base", "teacher"
MOST_DIGITS = 9


@dataclass(frozen=True)
class Contender:
    """Who is measured. `name` is what people call it; `provider_id` is None for all who teach a user."""

    name: str
    version: Version | None = None
    provider_id: str | None = BUILT_IN

    @property
    def version_id(self) -> str | None:
        return self.version.id if self.version else None

    @property
    def is_own(self) -> bool:
        """Whether it is the base, with an adapter or without: one whose likelihoods can be told."""
        return self.provider_id == BUILT_IN


class Contenders:
    """Finds them and opens their models. `base_model` names the base that is served."""

    def __init__(self, store: Store, teachers: Teachers, base_model: str, *, slots: int) -> None:
        self._store = store
        self._teachers = teachers
        self._base_model = base_model
        self._slots = slots

    def find(self, user_id: str, said: str, field: str = "model") -> Contender:
        """Who is meant by `base`, `2`, `v2`, `teacher` or a provider's name; `field` is where it was said.

        Raises `InvalidInput`, `NotFound`, `Quarantined`, and `LocalOnly` for a provider elsewhere.
        """
        name = said.strip()
        digits = name.lower().removeprefix("v")
        if name.lower() == BASE:
            return Contender(f"the base {self._base_model}")
        if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
            return self._version(user_id, int(digits), field)
        if name.lower() == TEACHER:
            return self._teacher(user_id)
        return self._provider(user_id, name, field)

    def open(
        self,
        contender: Contender,
        user_id: str,
        *,
        job_id: str,
        rank: Callable[[str], float],
        give_up: Callable[[], bool],
    ) -> LanguageModel:
        """The model, at the user's cost. Of several teachers the answer of the highest rank counts."""
        if contender.is_own:
            return CurrentModel(self._store, self._base_model, contender.version, patient=give_up)
        if contender.provider_id is None:
            return self._teachers.model_for(user_id, rank, job_id=job_id, give_up=give_up)
        return self._teachers.one(contender.provider_id, user_id, job_id=job_id, give_up=give_up)

    def in_flight(self, contender: Contender, user_id: str) -> int:
        """How many answers it can write at once."""
        if contender.is_own:
            return self._slots
        if contender.provider_id is None:
            return self._teachers.in_flight(user_id)
        return self._store.providers.get(contender.provider_id).concurrency

    def _version(self, user_id: str, number: int, field: str) -> Contender:
        version = self._store.versions.get(user_id, number)
        version.check_usable()
        if version.student is not Student.ZEGA:
            raise InvalidInput(
                field, f"names {version.label}, a T5, whose card says how it was measured"
            )
        if version.base_model != self._base_model:
            raise InvalidInput(
                field,
                f"names {version.label}, which was trained on {version.base_model}, and "
                f"{self._base_model} is served here",
            )
        return Contender(version.label, version)

    def _teacher(self, user_id: str) -> Contender:
        team = self._teachers.team(user_id)
        if team == [None]:
            return Contender(f"the base {self._base_model}")
        names = [each.generator if each else self._base_model for each in team]
        return Contender(" + ".join(names), provider_id=None)

    def _provider(self, user_id: str, name: str, field: str) -> Contender:
        providers = [] if is_guest(user_id) else self._teachers.providers()
        for each in providers:
            if each.name.casefold() == name.casefold():
                check_allowed(each, local_only=self._teachers.local_only)
                return Contender(each.generator, provider_id=each.id)
        known = ", ".join([BASE, "a version's number", TEACHER, *(each.name for each in providers)])
        raise InvalidInput(field, f"must be of {known}; got {name[:60]!r}")
