"""Ledger: what calls of teachers may cost before they are made, and what they did cost after.

A call is reserved with the most it may use and settled with what it used. Until then, and for ever
when its process dies, it counts with what was reserved: what was spent is never more than the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from engine.domain.budget import Cost, Limit, Refusal, Usage
from engine.store.database import Database
from engine.store.rows import find, new_id, now, require_user
from engine.store.tables import charges, jobs

TOKENS, MONEY = "tokens", "money"
_TOKENS = charges.c.tokens_read + charges.c.tokens_written


class Ledger:
    """Reserve, then settle. One user's reservations are made one after the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(
        self,
        user_id: str,
        cost: Cost,
        limits: Sequence[Limit] = (),
        *,
        generator: str,
        owner: str,
        job_id: str | None = None,
    ) -> str | Refusal:
        """The id of the reservation, or the first limit that has no room for it; of those that
        may pass and those that do not, one that does not.

        `owner` names the process that will settle it. Raises NotFound for an unknown user or job.
        """
        with self._database.write() as connection:
            # The user's row is held until the end: nobody else reserves between sum and insert.
            require_user(connection, user_id, lock=True)
            if job_id is not None:
                find(connection, jobs, "job", job_id, user_id=user_id)
            found = [_refusal(connection, user_id, limit, cost) for limit in limits]
            refusals = sorted((each for each in found if each), key=lambda each: each.may_pass)
            if refusals:
                return refusals[0]
            values = {
                "id": new_id(),
                "user_id": user_id,
                "job_id": job_id,
                "generator": generator,
                "owner": owner,
                "exact": False,
                "reserved_at": now(),
            }
            connection.execute(insert(charges).values(values | _amounts(cost)))
            return str(values["id"])

    def settle(self, charge_id: str, cost: Cost | None) -> None:
        """The call has ended and used this; None = nobody knows, what was reserved stays.

        A second time changes nothing.
        """
        values = {} if cost is None else _amounts(cost) | {"exact": True}
        open_still = and_(charges.c.id == charge_id, charges.c.settled_at.is_(None))
        with self._database.write() as connection:
            connection.execute(update(charges).where(open_still).values(settled_at=now(), **values))

    def owners(self) -> list[str]:
        """Processes that have calls not settled yet."""
        query = select(charges.c.owner).where(charges.c.settled_at.is_(None)).distinct()
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def settle_all_of(self, owner: str) -> int:
        """Settle what a process that is gone left behind with what it had reserved; how many."""
        left = and_(charges.c.owner == owner, charges.c.settled_at.is_(None))
        with self._database.write() as connection:
            return connection.execute(update(charges).where(left).values(settled_at=now())).rowcount

    def usage(
        self, user_id: str, *, since: datetime | None = None, job_id: str | None = None
    ) -> Usage:
        """What was used since a moment, or by a job."""
        query = _sums().where(_of(user_id, since, job_id))
        with self._database.read() as connection:
            return Usage(**connection.execute(query).mappings().one())

    def by_generator(self, user_id: str, since: datetime) -> dict[str, Usage]:
        """What was used since a moment by who wrote, the dearest first."""
        query = (
            _sums(charges.c.generator)
            .where(_of(user_id, since, None))
            .group_by(charges.c.generator)
            .order_by(func.sum(charges.c.millionths).desc(), func.sum(_TOKENS).desc())
        )
        with self._database.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return {row.pop("generator"): Usage(**row) for row in rows}


def _refusal(connection: Connection, user_id: str, limit: Limit, cost: Cost) -> Refusal | None:
    """Why this limit has no room for the call, if it has none."""
    settled = charges.c.settled_at.is_not(None)
    query = select(
        func.coalesce(func.sum(_TOKENS), 0),
        func.coalesce(func.sum(case((settled, _TOKENS), else_=0)), 0),
        func.coalesce(func.sum(charges.c.millionths), 0),
        func.coalesce(func.sum(case((settled, charges.c.millionths), else_=0)), 0),
    ).where(_of(user_id, limit.since, limit.job_id))
    all_tokens, tokens, all_money, money = map(int, connection.execute(query).one())
    asked = cost.tokens_read + cost.tokens_written
    for unit, cap, everything, used, more in (
        (TOKENS, limit.tokens, all_tokens, tokens, asked),
        (MONEY, limit.millionths, all_money, money, cost.millionths),
    ):
        if cap is not None and everything + more > cap:
            return Refusal(limit.name, unit, used, cap, may_pass=used + more <= cap)
    return None


def _of(user_id: str, since: datetime | None, job_id: str | None) -> ColumnElement[bool]:
    found = charges.c.user_id == user_id
    if since is not None:
        found = and_(found, charges.c.reserved_at >= since)
    return found if job_id is None else and_(found, charges.c.job_id == job_id)


def _sums(*columns: ColumnElement[str]) -> Select[*tuple[Any, ...]]:
    unsure = or_(charges.c.exact.is_(False), charges.c.settled_at.is_(None))
    return select(
        *columns,
        func.count().label("calls"),
        func.coalesce(func.sum(charges.c.tokens_read), 0).label("tokens_read"),
        func.coalesce(func.sum(charges.c.tokens_written), 0).label("tokens_written"),
        func.coalesce(func.sum(charges.c.millionths), 0).label("millionths"),
        func.coalesce(func.sum(case((unsure, _TOKENS), else_=0)), 0).label("bounded"),
    )


def _amounts(cost: Cost) -> dict[str, int]:
    return {
        "tokens_read": cost.tokens_read,
        "tokens_written": cost.tokens_written,
        "millionths": cost.millionths,
    }
