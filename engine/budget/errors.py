"""Calls of teachers that the budget does not allow, so that they were not made."""

from __future__ import annotations

from engine.errors import EngineError

PERIODS = {"month": "of this month", "day": "of today", "job": "of one job"}


class BudgetUsedUp(EngineError):
    """A cap has no room for the next call of a teacher, so it was not made.

    `period` is month, day or job, `unit` tokens or money; `used` and `cap` are in that unit.
    Of a job `done` of `total` texts were written.
    """

    code = "budget_used_up"

    def __init__(
        self, period: str, unit: str, used: float, cap: float, *, done: int = 0, total: int = 0
    ) -> None:
        shown = f"{used:,.0f} of {cap:,.0f} tokens"
        if unit == "money":
            shown = f"{used:,.2f} of {cap:,.2f}"
        written = f" {done} of {total} written." if total else ""
        super().__init__(
            f"The budget {PERIODS[period]} is used up: {shown}, and the next call may need more "
            f"than is left.{written} Your work is safe. Raise the cap in Settings, or choose a "
            "teacher that costs nothing."
        )
        self.period = period
        self.unit = unit
        self.used = used
        self.cap = cap
        self.done = done
        self.total = total

    def of(self, done: int, total: int) -> BudgetUsedUp:
        """The same of a job that wrote so many of its texts."""
        return BudgetUsedUp(self.period, self.unit, self.used, self.cap, done=done, total=total)


class PriceUnknown(EngineError):
    """A model whose price nobody gave was to be asked under a cap on money."""

    code = "price_unknown"

    def __init__(self, generator: str) -> None:
        super().__init__(
            f"Nobody told what {generator} costs, so your cap on money could not be kept and it was "
            "not asked. Your work is safe. Give its prices in Settings, or lift the cap on money."
        )
