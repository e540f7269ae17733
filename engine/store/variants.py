"""Variants: rewordings of examples. They lie among the examples, and are none of their own.

No verb of `engine.store.examples` counts one as kept or trainable; here they are found again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select

from engine.domain.example import Decision, Example, Source
from engine.store.database import Database
from engine.store.examples import NewExample, example_from, insert_example
from engine.store.rows import find, require_user
from engine.store.tables import decisions, examples, export_rows, remarks, snapshot_rows

IS_VARIANT = examples.c.source == Source.VARIANT.value


class Variants:
    """Lists are oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: str, new: Sequence[NewExample]) -> list[Example]:
        """Store variants, all or none; one that is there with the same texts stays once.

        The stored ones are given. Raises NotFound for an original that is not the user's.
        """
        stored = []
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            for each in new:
                find(connection, examples, "example", each.variant_of or "", user_id=user_id)
                there = select(examples.c.id).where(
                    IS_VARIANT,
                    examples.c.variant_of == each.variant_of,
                    examples.c.prompt == each.prompt,
                    examples.c.completion == each.completion,
                )
                if connection.execute(there).first() is None:
                    stored.append(insert_example(connection, each))
        return stored

    def usable(self, user_id: str) -> list[Example]:
        """Variants that may join a training, if their original does."""
        return self._list(user_id, _is_usable())

    def count(self, user_id: str) -> int:
        """How many `usable` would give."""
        query = (
            select(func.count())
            .select_from(examples)
            .where(examples.c.user_id == user_id, IS_VARIANT, _is_usable())
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def of(self, user_id: str, example_id: str) -> list[Example]:
        """Every variant of one example, also one that was refused or erased. Raises NotFound."""
        with self._database.read() as connection:
            find(connection, examples, "example", example_id, user_id=user_id)
        return self._list(user_id, examples.c.variant_of == example_id)

    def remove_unused(self, user_id: str) -> int:
        """Delete the variants that no snapshot and no export holds, and that nobody decided about,
        skipped or said anything about; how many."""
        used = or_(
            exists().where(snapshot_rows.c.example_id == examples.c.id),
            exists().where(export_rows.c.example_id == examples.c.id),
            exists().where(decisions.c.example_id == examples.c.id),
            exists().where(decisions.c.result_id == examples.c.id),
            exists().where(remarks.c.example_id == examples.c.id),
        )
        statement = delete(examples).where(examples.c.user_id == user_id, IS_VARIANT, ~used)
        with self._database.write() as connection:
            return connection.execute(statement).rowcount

    def _list(self, user_id: str, condition: ColumnElement[bool]) -> list[Example]:
        query = (
            select(examples)
            .where(examples.c.user_id == user_id, IS_VARIANT, condition)
            .order_by(examples.c.created_at, examples.c.id)
        )
        with self._database.read() as connection:
            return [example_from(row) for row in connection.execute(query).mappings()]


def _is_usable() -> ColumnElement[bool]:
    return and_(
        examples.c.feedback >= 0,
        examples.c.decision.is_distinct_from(Decision.REJECTED.value),
        examples.c.duplicate_of.is_(None),  # an edited or mended one has given way to another
        examples.c.erased_at.is_(None),
    )
