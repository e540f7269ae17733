"""Teachers: who can teach on this machine, and who teaches whom.

Providers and the local-only switch are the machine's; the choice is each user's. Keys come in here
and go to a header; nothing here gives one out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from engine.budget import Budget
from engine.domain.budget import MILLION
from engine.domain.provider import BUILT_IN, Provider
from engine.domain.user import is_guest
from engine.errors import InvalidInput
from engine.serving.resolve import CurrentModel
from engine.store import Store
from engine.teaching.check import (
    check_address,
    check_concurrency,
    check_field,
    check_kind,
    check_price,
    check_text,
)
from engine.teaching.keys import Safe
from engine.teaching.models import ProviderModel, Trial, check_allowed, list_models
from models.base import LanguageModel, Message
from models.ensemble import EnsembleModel, Rank
from models.errors import ModelError
from models.retrying import LimitedModel, RetryingModel

CHOICE = "teachers"
LOCAL_ONLY = "local_only"
MOST_TEACHERS = 5
TEST_TOKENS = 40
# In jobs a provider that is away is waited for, for about half a minute; its pauses come on top.
JOB_ATTEMPTS = 7
# What is read and written for one text of auto-training, on average.
TOKENS_READ, TOKENS_WRITTEN = 120, 300


class Teachers:
    """Verbs around providers. `base_model` names the built-in one, of which `slots` answer at once."""

    def __init__(
        self,
        store: Store,
        home: Path,
        *,
        base_model: str,
        slots: int,
        always_local: bool,
        budget: Budget,
        guest_teacher: str = "",
    ) -> None:
        self._store = store
        self._safe = Safe(home)
        self._base_model = base_model
        self.slots = slots
        self._always_local = always_local
        self._budget = budget
        self._guest_teacher = guest_teacher
        self._lock = Lock()
        self._places: dict[tuple[str, int], BoundedSemaphore] = {}

    # Providers

    def providers(self) -> list[Provider]:
        """All that were set up, oldest first; never their keys."""
        return self._store.providers.list()

    def add(
        self,
        name: str,
        kind: str,
        *,
        base_url: str = "",
        model: str = "",
        key: str = "",
        concurrency: int = 4,
        price_in: float = 0.0,
        price_out: float = 0.0,
    ) -> Provider:
        """Set up a provider; its model may be chosen later. Raises `InvalidInput`."""
        known = check_kind(kind)
        return self._store.providers.add(
            name=check_text("name", name, most=60),
            kind=known,
            base_url=check_address(known, base_url),
            model=check_text("model", model, most=200, needed=False),
            concurrency=check_concurrency(concurrency),
            price_in=check_price("price_in", price_in),
            price_out=check_price("price_out", price_out),
            sealed_key=self._safe.seal(key),
        )

    def update(self, provider_id: str, *, key: str | None = None, **changes: Any) -> Provider:
        """Change what is given, by the names of `add` (the kind stays). Raises as `add` does.

        `key` None keeps the key, "" removes it. A new address without a key also removes it: it was
        meant for the old one.
        """
        before = self._store.providers.get(provider_id)
        values: dict[str, Any] = {}
        for field, value in changes.items():
            values[field] = check_field(before.kind, field, value)
        if values.get("base_url", before.base_url) != before.base_url and key is None:
            key = ""
        if key is not None:
            values["sealed_key"] = self._safe.seal(key)
        return self._store.providers.update(provider_id, **values) if values else before

    def remove(self, provider_id: str) -> None:
        """Forget a provider and its key. Who had chosen it is taught by what is left of the choice."""
        self._store.providers.remove(provider_id)

    def test(self, provider_id: str, user_id: str | None = None) -> Trial:
        """Ask the provider for one sentence, once, at this user's cost. Errors of the provider are
        in the answer."""
        provider = self._store.providers.get(provider_id)
        started = time.monotonic()
        words = ""
        messages = [Message("user", "Write one short sentence about the sea.")]
        try:
            with self._asked(provider, user_id).stream(messages, max_tokens=TEST_TOKENS) as answer:
                words = " ".join("".join(answer).split())[:200]
        except ModelError as error:
            return Trial(_ms_since(started), "", str(error), error.code)
        return Trial(_ms_since(started), words)

    def models(self, provider_id: str) -> list[str]:
        """Names of the models the provider has, as it tells them. Raises `ModelError`, `LocalOnly`."""
        provider = self._store.providers.get(provider_id)
        check_allowed(provider, local_only=self.local_only)
        return list_models(provider, self._key_of(provider))

    # Local only

    @property
    def local_only(self) -> bool:
        """Whether no text may leave this machine, for whatever name."""
        return self._always_local or bool(self._store.providers.switch(LOCAL_ONLY, False))

    @property
    def is_forced_local(self) -> bool:
        """Whether a setting keeps the switch on."""
        return self._always_local

    def set_local_only(self, on: bool) -> None:
        """Turn the switch for the whole machine. Raises `InvalidInput` while a setting keeps it on."""
        if self._always_local and not on:
            raise InvalidInput("local_only", "is kept on by ZEGA_LOCAL_ONLY")
        self._store.providers.set_switch(LOCAL_ONLY, on)

    # The choice of a user

    def chosen(self, user_id: str) -> list[str]:
        """Ids of providers, and BUILT_IN; whoever was removed is left out. At least one.

        A guest has the built-in base, or the provider that the owner lets teach guests.
        """
        if is_guest(user_id):
            named = [each.id for each in self.providers() if each.name == self._guest_teacher]
            return named[:1] or [BUILT_IN]
        known = {BUILT_IN, *(provider.id for provider in self.providers())}
        ids = [each for each in self._store.preferences.get(user_id, CHOICE, []) if each in known]
        return ids or [BUILT_IN]

    def choose(self, user_id: str, ids: Sequence[str]) -> None:
        """Be taught by one, or by several who answer at once. Raises `InvalidInput`, `NotFound`."""
        if is_guest(user_id):
            raise InvalidInput("teachers", "of guests are the owner's choice: ZEGA_GUEST_TEACHER")
        wanted = list(dict.fromkeys(ids))
        if not 1 <= len(wanted) <= MOST_TEACHERS:
            raise InvalidInput("teachers", f"must be 1 to {MOST_TEACHERS}, got {len(wanted)}")
        for each in wanted:
            if each != BUILT_IN:
                self._store.providers.get(each)
        self._store.preferences.set(user_id, CHOICE, wanted)

    def team(self, user_id: str) -> list[Provider | None]:
        """Who teaches now, None being the built-in base; while local only, none from elsewhere."""
        by_id = {provider.id: provider for provider in self.providers()}
        team = [by_id.get(each) for each in self.chosen(user_id)]
        if self.local_only:
            team = [each for each in team if each is None or each.local]
        return team or [None]

    def called(self, user_id: str) -> str:
        """The providers of the team by name, e.g. `Gemini and Ollama`; empty for the base alone."""
        return " and ".join(each.name for each in self.team(user_id) if each is not None)

    def sends_to(self, user_id: str) -> str:
        """Names of those elsewhere that the user's texts go to; empty when all stay here."""
        away = [each.name for each in self.team(user_id) if each is not None and not each.local]
        return " and ".join(away)

    def in_flight(self, user_id: str) -> int:
        """Texts that can be written at once: what the slowest of the team allows."""
        return min(each.concurrency if each else self.slots for each in self.team(user_id))

    def cost(self, user_id: str, texts: int) -> float | None:
        """What so many texts of auto-training will cost; None when the price of one of the team is
        not known."""
        prices = [self._budget.prices.of(each) for each in self.team(user_id) if each is not None]
        if None in prices:
            return None
        return sum(
            price.cost(texts * TOKENS_READ, texts * TOKENS_WRITTEN).millionths / MILLION
            for price in prices
            if price is not None
        )

    def model_for(
        self,
        user_id: str,
        rank: Rank,
        *,
        in_job: bool = False,
        job_id: str | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> LanguageModel:
        """Who teaches this user, ready to be asked; several answer at once and `rank` decides.

        Busy providers are asked again; in a job also those who are away, until `give_up`. The user
        pays, and the job's cap holds for `job_id`: reading an answer may raise `BudgetUsedUp`.
        """
        members = [
            self._member(each, user_id, in_job or job_id is not None, job_id, give_up)
            for each in self.team(user_id)
        ]
        return members[0] if len(members) == 1 else EnsembleModel(members, rank)

    def one(
        self,
        provider_id: str,
        user_id: str,
        *,
        job_id: str | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> LanguageModel:
        """One provider's model (or BUILT_IN), whoever teaches, at this user's cost. Raises `NotFound`."""
        provider = None if provider_id == BUILT_IN else self._store.providers.get(provider_id)
        return self._member(provider, user_id, job_id is not None, job_id, give_up)

    def _member(
        self,
        provider: Provider | None,
        user_id: str,
        in_job: bool,
        job_id: str | None,
        give_up: Callable[[], bool],
    ) -> LanguageModel:
        model = (
            CurrentModel(self._store, self._base_model, patient=give_up if in_job else None)
            if provider is None
            else self._asked(provider, user_id, job_id, give_up)
        )
        if in_job:
            return RetryingModel(model, attempts=JOB_ATTEMPTS, unreachable=True, give_up=give_up)
        return RetryingModel(model)

    def _asked(
        self,
        provider: Provider,
        user_id: str | None,
        job_id: str | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> LanguageModel:
        """The provider's model, with its share of the places that all of this process share.

        Who waits for a place reserves nothing yet. Without a user nobody pays.
        """
        key, place = lambda: self._key_of(provider), (provider.id, provider.concurrency)
        with self._lock:
            places = self._places.setdefault(place, BoundedSemaphore(provider.concurrency))
        model: LanguageModel = ProviderModel(provider, key, lambda: self.local_only)
        if user_id is not None:
            model = self._budget.metered(model, provider, user_id, job_id=job_id, give_up=give_up)
        return LimitedModel(model, places)

    def _key_of(self, provider: Provider) -> str:
        return self._safe.open(self._store.providers.sealed_key(provider.id))


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
