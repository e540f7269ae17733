"""Exports: examples read in pages however many they are, and which of them left in which file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, RowMapping, and_, func, insert, literal, or_, select, true

from engine.domain.example import Example, Source
from engine.domain.export import Export, Selection, Which
from engine.domain.user import check_user_id
from engine.errors import NotFound
from engine.store.database import Database
from engine.store.examples import example_from, is_kept, is_trainable
from engine.store.rows import check_limit, new_id, now, require_user
from engine.store.tables import examples, export_rows, exports

# Far below the number of parameters one statement may carry (SQLite 32,766, Postgres 65,535).
_IDS_PER_QUERY = 1000


class Exports:
    """Selections are read oldest first; exports are listed newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pages(
        self, user_id: str, selection: Selection, *, threshold: float, size: int = 1000
    ) -> Iterator[list[Example]]:
        """The selected examples, at most `size` at a time, each page in a transaction of its own."""
        check_user_id(user_id)
        return self._pages(_chosen(user_id, selection, threshold), size)

    def _pages(self, chosen: ColumnElement[bool], size: int) -> Iterator[list[Example]]:
        beyond: ColumnElement[bool] = true()
        while True:
            query = (
                select(examples)
                .where(chosen, beyond)
                .order_by(examples.c.created_at, examples.c.id)
                .limit(size)
            )
            with self._database.read() as connection:
                page = [example_from(row) for row in connection.execute(query).mappings()]
            if page:
                yield page
            if len(page) < size:
                return
            last = page[-1]
            beyond = or_(
                examples.c.created_at > last.created_at,
                and_(examples.c.created_at == last.created_at, examples.c.id > last.id),
            )

    def count(self, user_id: str, selection: Selection, *, threshold: float) -> int:
        """How many examples a selection has."""
        query = (
            select(func.count()).select_from(examples).where(_chosen(user_id, selection, threshold))
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def add(self, user_id: str, *, format: str, place: str, example_ids: Sequence[str]) -> Export:
        """Remember what left, in which form and where to.

        Raises NotFound for an unknown user, and for examples that are not all theirs.
        """
        values = {
            "id": new_id(),
            "user_id": user_id,
            "format": format,
            "place": place,
            "examples": len(example_ids),
            "created_at": now(),
        }
        with self._database.write() as connection:
            require_user(connection, user_id)
            row = connection.execute(insert(exports).values(values).returning(exports))
            for start in range(0, len(example_ids), _IDS_PER_QUERY):
                some = example_ids[start : start + _IDS_PER_QUERY]
                theirs = select(literal(values["id"]), examples.c.id).where(
                    examples.c.user_id == user_id, examples.c.id.in_(some)
                )
                added = insert(export_rows).from_select(["export_id", "example_id"], theirs)
                if connection.execute(added).rowcount != len(some):
                    raise NotFound("example", some[0])
            return _export(row.mappings().one())

    def holding(self, user_id: str, example_ids: Sequence[str]) -> list[Export]:
        """Exports of the user that hold any of these examples, newest first."""
        found: dict[str, Export] = {}
        with self._database.read() as connection:
            for start in range(0, len(example_ids), _IDS_PER_QUERY):
                some = example_ids[start : start + _IDS_PER_QUERY]
                holding = select(export_rows.c.export_id).where(export_rows.c.example_id.in_(some))
                query = select(exports).where(
                    exports.c.user_id == user_id, exports.c.id.in_(holding)
                )
                for row in connection.execute(query).mappings():
                    found[row["id"]] = _export(row)
        return sorted(found.values(), key=lambda each: each.created_at, reverse=True)

    def list(self, user_id: str, *, limit: int = 20) -> list[Export]:
        """The newest exports of a user."""
        check_limit(limit)
        query = (
            select(exports)
            .where(exports.c.user_id == user_id)
            .order_by(exports.c.created_at.desc(), exports.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_export(row) for row in connection.execute(query).mappings()]


def _chosen(user_id: str, selection: Selection, threshold: float) -> ColumnElement[bool]:
    clauses = [examples.c.user_id == user_id, examples.c.erased_at.is_(None)]
    if selection.source is not Source.VARIANT:  # nobody should take one for an original
        clauses.append(examples.c.source != Source.VARIANT.value)
    if selection.which is Which.KEPT:
        clauses.append(is_kept(threshold))
    if selection.which is Which.TRAINABLE:
        clauses.append(is_trainable(threshold))
    for column, value in (
        (examples.c.kind, selection.kind),
        (examples.c.genre, selection.genre),
        (examples.c.source, selection.source),
        (examples.c.job_id, selection.job_id),
    ):
        if value is not None:
            clauses.append(column == value)
    return and_(*clauses)


def _export(row: RowMapping) -> Export:
    return Export(**row)
