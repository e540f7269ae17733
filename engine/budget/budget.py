"""The budget of users: caps, what was spent, prices, and who pays for a call of a teacher."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from engine.budget.errors import PriceUnknown
from engine.budget.metered import BudgetedModel
from engine.budget.owner import settle_left, this_process
from engine.budget.prices import Price, Prices
from engine.domain.budget import MILLION, Caps, Left, Limit, Refusal, Usage
from engine.domain.provider import Provider
from engine.errors import InvalidInput
from engine.store import Store
from models.base import LanguageModel

CAPS = "budget_caps"
MOST_TOKENS, MOST_MONEY = 10**12, 10.0**9


@dataclass(frozen=True)
class Spending:
    """What a user spent, on whom, and the caps. Days and months are those of this machine's clock."""

    currency: str
    caps: Caps
    month: Usage
    today: Usage
    by_generator: dict[str, Usage]
    left: Left


class Budget:
    """Verbs around money and tokens. Without a cap nothing is refused, and all is counted."""

    def __init__(self, store: Store, home: Path) -> None:
        self._store = store
        self.prices = Prices(home)

    # Caps

    def caps(self, user_id: str) -> Caps:
        """The user's caps; none were there before one was set."""
        return Caps(**self._store.preferences.get(user_id, CAPS, {}))

    def set_caps(self, user_id: str, **changes: float | None) -> Caps:
        """Change the caps that are named (`Caps`); None lifts one. It counts from the next call on.

        Raises `InvalidInput`.
        """
        caps = replace(self.caps(user_id), **_checked(changes))
        self._store.preferences.set(user_id, CAPS, asdict(caps))
        return caps

    # What was spent

    def spending(self, user_id: str) -> Spending:
        """What was spent this month and today. Raises `UnreadableFile` for a broken prices.yaml."""
        ledger, day = self._store.ledger, date.today()
        return Spending(
            currency=self.prices.currency,
            caps=self.caps(user_id),
            month=ledger.usage(user_id, since=_first_of(day)),
            today=ledger.usage(user_id, since=_midnight(day)),
            by_generator=ledger.by_generator(user_id, _first_of(day)),
            left=self.left(user_id),
        )

    def of_job(self, user_id: str, job_id: str) -> Usage:
        """What a job has cost until now."""
        return self._store.ledger.usage(user_id, job_id=job_id)

    def left(self, user_id: str) -> Left:
        """What a new job may spend at most."""
        tokens: list[int] = []
        millionths: list[int] = []
        for limit in self._limits(user_id, None):
            used = self._store.ledger.usage(user_id, since=limit.since)
            used = Usage() if limit.name == "job" else used
            if limit.tokens is not None:
                tokens.append(max(0, limit.tokens - used.tokens))
            if limit.millionths is not None:
                millionths.append(max(0, limit.millionths - used.millionths))
        money = min(millionths) / MILLION if millionths else None
        return Left(min(tokens, default=None), money)

    # Who pays

    def metered(
        self,
        model: LanguageModel,
        provider: Provider,
        user_id: str,
        *,
        job_id: str | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> BudgetedModel:
        """The provider's model, each request of which this user, and this job, pays for."""
        return BudgetedModel(model, _Account(self, provider, user_id, job_id), give_up=give_up)

    def _limits(self, user_id: str, job_id: str | None) -> list[Limit]:
        caps, day = self.caps(user_id), date.today()
        limits = [
            Limit("month", caps.month_tokens, _in_millionths(caps.month_money), _first_of(day)),
            Limit("day", caps.day_tokens, _in_millionths(caps.day_money), _midnight(day)),
            Limit("job", caps.job_tokens, _in_millionths(caps.job_money), job_id=job_id),
        ]
        return [each for each in limits if (each.tokens, each.millionths) != (None, None)]


class _Account:
    """One user's, or one of their jobs', for one provider."""

    def __init__(
        self, budget: Budget, provider: Provider, user_id: str, job_id: str | None
    ) -> None:
        self._budget = budget
        self._provider = provider
        self._user_id = user_id
        self._job_id = job_id
        self._price: Price | None = None

    def reserve(self, tokens_read: int, tokens_written: int) -> str | Refusal:
        """See `Account`. A change of caps or prices counts from the next call on."""
        budget, name = self._budget, self._provider.generator
        limits = budget._limits(self._user_id, self._job_id)
        if self._job_id is None:
            limits = [each for each in limits if each.name != "job"]
        self._price = budget.prices.of(self._provider)
        if self._price is None and any(each.millionths is not None for each in limits):
            raise PriceUnknown(name)
        return budget._store.ledger.reserve(
            self._user_id,
            self._cost(tokens_read, tokens_written),
            limits,
            generator=name,
            owner=this_process(),
            job_id=self._job_id,
        )

    def settle(self, charge_id: str, used: tuple[int, int] | None) -> None:
        cost = None if used is None else self._cost(*used)
        self._budget._store.ledger.settle(charge_id, cost)

    def look_after(self) -> None:
        settle_left(self._budget._store.ledger)

    def _cost(self, tokens_read: int, tokens_written: int) -> Any:
        price = self._price or Price(0.0, 0.0, "on this machine")
        return price.cost(tokens_read, tokens_written)


def _checked(changes: dict[str, float | None]) -> dict[str, Any]:
    """The caps as they are kept. Raises `InvalidInput`."""
    known = {field.name for field in fields(Caps)}
    checked: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise InvalidInput("cap", f"must be of {', '.join(sorted(known))}; got {name!r}")
        most = MOST_TOKENS if name.endswith("tokens") else MOST_MONEY
        if value is not None and not (isinstance(value, int | float) and 0 <= value <= most):
            raise InvalidInput(name, f"must be from 0 to {most:,.0f}, got {value}")
        whole = name.endswith("tokens") and value is not None
        checked[name] = math.floor(value) if whole and value is not None else value
    return checked


def _in_millionths(money: float | None) -> int | None:
    return None if money is None else math.floor(round(money * MILLION, 3))


def _midnight(day: date) -> datetime:
    """The beginning of a day on this machine's clock."""
    return datetime.combine(day, time.min).astimezone()


def _first_of(day: date) -> datetime:
    return _midnight(day.replace(day=1))
