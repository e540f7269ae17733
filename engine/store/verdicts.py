"""Verdicts: scores of texts that a person decided about, without the texts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from engine.domain.calibration import Verdict
from engine.domain.example import Author, Decision
from engine.domain.review import BY_SCORE, Action
from engine.store.database import Database
from engine.store.rows import check_limit
from engine.store.tables import decisions, examples


class Verdicts:
    """A decision in review counts, and where there is none a thumb."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, user_id: str, *, limit: int) -> list[Verdict]:
        """The newest decisions about texts that models wrote.

        Left out are those that the score itself accepted, and texts that a rule mended after they
        were decided about: they have another score now.
        """
        check_limit(limit)
        table = examples
        query = (
            select(table.c.score, table.c.decision, table.c.feedback)
            .where(
                table.c.user_id == user_id,
                table.c.author != Author.PERSON.value,
                table.c.erased_at.is_(None),
                or_(table.c.decision.is_not(None), table.c.feedback != 0),
                ~is_no_judgement(),
            )
            .order_by(func.coalesce(table.c.decided_at, table.c.created_at).desc(), table.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                Verdict(score, decision == Decision.ACCEPTED.value if decision else feedback > 0)
                for score, decision, feedback in connection.execute(query)
            ]


def is_no_judgement() -> ColumnElement[bool]:
    """Whether what an example stands at was decided by the score, or about the text before a repair."""
    later = decisions.alias()
    overruled = exists().where(
        later.c.example_id == examples.c.id,
        later.c.id > decisions.c.id,
        later.c.action != Action.SKIP.value,
        later.c.undone_at.is_(None),
    )
    return exists().where(
        or_(
            and_(decisions.c.example_id == examples.c.id, decisions.c.reviewer == BY_SCORE),
            and_(decisions.c.result_id == examples.c.id, decisions.c.action == Action.REPAIR.value),
        ),
        decisions.c.undone_at.is_(None),
        ~overruled.correlate(decisions, examples),
    )
