"""Decisions: what a person did with each example, and the way back.

A decision, what it does to the example and the text it makes are one transaction: after a crash all
of it is there or none. The example says how it stands now; these rows say how it came to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from engine.domain.example import Decision
from engine.domain.review import Action, Decided
from engine.errors import DecidedMeanwhile
from engine.store.database import Database
from engine.store.examples import NewExample, insert_example
from engine.store.rows import check_limit, find, new_id, now
from engine.store.tables import decisions, examples

_DECISION = {Action.ACCEPT: Decision.ACCEPTED, Action.REJECT: Decision.REJECTED}
# Far below the number of parameters one statement may carry.
_IDS_PER_QUERY = 1000


class Decisions:
    """`seen` is the id of the decision an example stood at when it was shown, 0 for none: a decision
    that was made on an older card is refused with `DecidedMeanwhile`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, user_id: str, example_ids: Sequence[str]) -> dict[str, int]:
        """The id of the decision that each of these examples stands at, 0 for none."""
        found = dict.fromkeys(example_ids, 0)
        with self._database.read() as connection:
            for start in range(0, len(example_ids), _IDS_PER_QUERY):
                wanted = example_ids[start : start + _IDS_PER_QUERY]
                for column in (decisions.c.example_id, decisions.c.result_id):
                    query = (
                        select(column, func.max(decisions.c.id))
                        .where(_of(user_id), column.in_(wanted), *_says_how_it_stands())
                        .group_by(column)
                    )
                    for example_id, last in connection.execute(query):
                        found[example_id] = max(found[example_id], last)
        return found

    def decide(
        self,
        user_id: str,
        example_id: str,
        action: Action,
        *,
        seen: int,
        reasons: Sequence[str] = (),
        note: str = "",
        reviewer: str = "",
    ) -> Decided:
        """Accept, reject or skip. Raises NotFound and `DecidedMeanwhile`; then nothing changed."""
        with self._database.write() as connection:
            row = _shown(connection, user_id, example_id, seen, action)
            values = _entry(user_id, row, new_id(), action, reviewer)
            values |= {"reasons": list(reasons), "note": note}
            if action is not Action.SKIP:
                _stand(connection, example_id, _DECISION[action], values["decided_at"])
            return _insert(connection, values)

    def replace(
        self,
        user_id: str,
        replacements: Sequence[tuple[str, int, NewExample]],
        action: Action,
        *,
        step: str = "",
        reviewer: str = "",
    ) -> list[Decided]:
        """Put new texts in the place of examples, as one step or as more of the given one; the
        examples stay as rows that count no more. A replacement is an example's id, what it was
        seen at, and the new text.

        How the new text stands is said by itself. Raises NotFound and `DecidedMeanwhile`; then
        nothing changed.
        """
        step, entries = step or new_id(), []
        with self._database.write() as connection:
            for example_id, seen, new in replacements:
                row = _shown(connection, user_id, example_id, seen, action)
                made = insert_example(connection, new)
                values = _entry(user_id, row, step, action, reviewer)
                _stand(connection, example_id, None, None, duplicate_of=made.id)
                entries.append(_insert(connection, values | {"result_id": made.id}))
        return entries

    def undo(self, user_id: str, *, reviewer: str = "") -> list[Decided]:
        """Take back this reviewer's newest step that stands; its entries, none if there is no step.

        The text of an edit or a repair stays as a row that counts no more. Raises
        `DecidedMeanwhile` when one of the texts was decided about again since.
        """
        with self._database.write() as connection:
            newest = (
                select(decisions.c.step)
                .where(_of(user_id), _is_standing(), decisions.c.reviewer == reviewer)
                .order_by(decisions.c.id.desc())
                .limit(1)
            )
            step = connection.execute(newest).scalar()
            query = select(decisions).where(_of(user_id), decisions.c.step == step)
            query = query.order_by(decisions.c.id.desc())
            entries = connection.execute(query).mappings().all()
            for entry in entries:
                _take_back(connection, entry)
            statement = update(decisions).where(_of(user_id), decisions.c.step == step)
            connection.execute(statement.values(undone_at=now()))
            return [decided_from(row) for row in connection.execute(query).mappings()]

    def history(
        self,
        user_id: str,
        *,
        example_ids: Sequence[str] | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Decided]:
        """Entries newest first, of all texts or of these, undone ones among them."""
        check_limit(limit, offset)
        query = select(decisions).where(_of(user_id))
        if example_ids is not None:
            query = query.where(decisions.c.example_id.in_(example_ids))
        query = query.order_by(decisions.c.id.desc()).limit(limit).offset(offset)
        with self._database.read() as connection:
            return [decided_from(row) for row in connection.execute(query).mappings()]

    def original_of(self, user_id: str, example_id: str) -> str | None:
        """The id of the example that this one was edited or repaired from; None for none."""
        query = select(decisions.c.example_id).where(
            _of(user_id), decisions.c.result_id == example_id
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar()


def decided_from(row: RowMapping) -> Decided:
    """The entry stored in a row of `decisions`."""
    return Decided(
        id=row["id"],
        step=row["step"],
        example_id=row["example_id"],
        action=Action(row["action"]),
        reasons=tuple(row["reasons"]),
        note=row["note"],
        result_id=row["result_id"],
        reviewer=row["reviewer"],
        decided_at=row["decided_at"],
        undone_at=row["undone_at"],
    )


def _of(user_id: str) -> ColumnElement[bool]:
    return decisions.c.user_id == user_id


def _is_standing() -> ColumnElement[bool]:
    return decisions.c.undone_at.is_(None)


def _says_how_it_stands() -> tuple[ColumnElement[bool], ...]:
    return _is_standing(), decisions.c.action != Action.SKIP.value


def _standing(connection: Connection, example_id: str) -> int:
    """The id of the newest entry that says how an example stands; skipping says nothing."""
    touches = or_(decisions.c.example_id == example_id, decisions.c.result_id == example_id)
    query = select(func.max(decisions.c.id)).where(touches, *_says_how_it_stands())
    return connection.execute(query).scalar() or 0


def _shown(
    connection: Connection, user_id: str, example_id: str, seen: int, action: Action
) -> RowMapping:
    """The example's row, locked, unless it stands otherwise than on the card that was shown."""
    row = find(connection, examples, "example", example_id, user_id=user_id, lock=True)
    standing = _standing(connection, example_id)
    if standing != seen and action is not Action.SKIP:
        raise _meanwhile(connection, example_id, standing)
    if action is not Action.SKIP and (row["duplicate_of"] or row["erased_at"]):
        raise DecidedMeanwhile(example_id, "erased" if row["erased_at"] else "replaced")
    return row


def _meanwhile(connection: Connection, example_id: str, standing: int) -> DecidedMeanwhile:
    if not standing:
        return DecidedMeanwhile(example_id, "undone")
    entry = connection.execute(select(decisions).where(decisions.c.id == standing)).mappings().one()
    return DecidedMeanwhile(
        example_id, entry["action"], by=entry["reviewer"], at=entry["decided_at"]
    )


def _entry(
    user_id: str, example: RowMapping, step: str, action: Action, reviewer: str
) -> dict[str, Any]:
    decided_at: datetime | None = example["decided_at"]
    return {
        "user_id": user_id,
        "step": step,
        "example_id": example["id"],
        "action": action.value,
        "reasons": [],
        "note": "",
        "result_id": None,
        "before": {
            "decision": example["decision"],
            "decided_at": decided_at.isoformat() if decided_at else None,
            "duplicate_of": example["duplicate_of"],
            "feedback": example["feedback"],
        },
        "reviewer": reviewer,
        "decided_at": now(),
    }


def _insert(connection: Connection, values: dict[str, Any]) -> Decided:
    row = connection.execute(insert(decisions).values(values).returning(decisions))
    return decided_from(row.mappings().one())


def _stand(
    connection: Connection,
    example_id: str,
    decision: Decision | None,
    at: datetime | None,
    *,
    duplicate_of: str | None = None,
) -> None:
    """How an example stands from now on. What a person accepts has no thumb down any more."""
    values: dict[str, Any] = {
        "decision": decision.value if decision else None,
        "decided_at": at,
        "duplicate_of": duplicate_of,
    }
    if decision is Decision.ACCEPTED:
        values["feedback"] = case((examples.c.feedback < 0, 0), else_=examples.c.feedback)
    connection.execute(update(examples).where(examples.c.id == example_id).values(values))


def _take_back(connection: Connection, entry: RowMapping) -> None:
    """Restore the example of one entry; the text made from it steps back behind it."""
    if entry["action"] == Action.SKIP.value:
        return
    for each in filter(None, (entry["example_id"], entry["result_id"])):
        find(connection, examples, "example", each, lock=True)
        if (standing := _standing(connection, each)) != entry["id"]:
            raise _meanwhile(connection, each, standing)
    before = entry["before"]
    at = before["decided_at"]
    values = before | {"decided_at": datetime.fromisoformat(at) if at else None}
    original = examples.c.id == entry["example_id"]
    connection.execute(update(examples).where(original).values(values))
    if entry["result_id"]:
        _stand(connection, entry["result_id"], None, None, duplicate_of=entry["example_id"])
