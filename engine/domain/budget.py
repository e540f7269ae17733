"""Budget: how much may be spent on teachers, and how much was. The built-in base costs nothing.

Money is counted in millionths of the currency's unit: a price for a million tokens is then the price
of one token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MILLION = 1_000_000


@dataclass(frozen=True)
class Caps:
    """The most a user may spend in a month, a day and a job; None = no cap. Money in units."""

    month_tokens: int | None = None
    month_money: float | None = None
    day_tokens: int | None = None
    day_money: float | None = None
    job_tokens: int | None = None
    job_money: float | None = None


@dataclass(frozen=True)
class Left:
    """What the caps leave for a new job, money in units; None = no cap."""

    tokens: int | None = None
    money: float | None = None


@dataclass(frozen=True)
class Usage:
    """What calls of teachers used. `bounded` tokens, part of the others, are of calls that never told:
    they run, broke off or were cut short, and count with the most that they may have used."""

    calls: int = 0
    tokens_read: int = 0
    tokens_written: int = 0
    millionths: int = 0
    bounded: int = 0

    @property
    def tokens(self) -> int:
        return self.tokens_read + self.tokens_written

    @property
    def money(self) -> float:
        return self.millionths / MILLION


@dataclass(frozen=True)
class Cost:
    """Tokens read and written by one call, and what they cost in millionths."""

    tokens_read: int
    tokens_written: int
    millionths: int


@dataclass(frozen=True)
class Limit:
    """One cap as the ledger keeps it: at most so many `tokens` or `millionths` (None = no bound) of
    calls since `since`, or of one job. `name` is the period: month, day or job."""

    name: str
    tokens: int | None
    millionths: int | None
    since: datetime | None = None
    job_id: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A call that a limit has no room for. `used` and `cap` are tokens, or millionths of money.

    `may_pass` says that other calls still hold what this one lacks: they may give some of it back.
    """

    period: str
    unit: str
    used: int
    cap: int
    may_pass: bool
