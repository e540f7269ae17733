"""Benchmarks: sets of prompts, each under the name its owner gave it. A set is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, delete, exists, func, insert, select

from engine.domain.benchmark import Benchmark, BenchmarkRow
from engine.errors import InvalidInput, NotFound
from engine.store.database import Database
from engine.store.rows import new_id, now, require_user
from engine.store.tables import benchmark_rows, benchmarks, evaluations


class Benchmarks:
    """A row whose words were erased stays in its place, without a prompt, and is not among the rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: str, name: str, rows: Sequence[BenchmarkRow]) -> Benchmark:
        """Store a set. Raises NotFound for an unknown user, InvalidInput for a name that is taken."""
        values = {"id": new_id(), "user_id": user_id, "name": name, "created_at": now()}
        placed = [
            {"benchmark_id": values["id"], "position": place} | asdict(row)
            for place, row in enumerate(rows)
        ]
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            if connection.execute(_of(user_id, name)).first() is not None:
                raise InvalidInput("name", f"is taken: remove {name} first, or choose another one")
            connection.execute(insert(benchmarks).values(values))
            connection.execute(insert(benchmark_rows), placed)
            return _benchmark(connection.execute(_of(user_id, name)).mappings().one())

    def get(self, user_id: str, name: str) -> Benchmark:
        """One set. Raises NotFound."""
        with self._database.read() as connection:
            return _benchmark(_find(connection, user_id, name))

    def list(self, user_id: str) -> list[Benchmark]:
        """The user's sets, by name."""
        with self._database.read() as connection:
            return [_benchmark(row) for row in connection.execute(_of(user_id)).mappings()]

    def rows(self, user_id: str, name: str) -> Sequence[BenchmarkRow]:
        """The rows of a set, in their order. Raises NotFound."""
        with self._database.read() as connection:
            return _rows(connection, user_id, name)

    def remove(self, user_id: str, name: str) -> None:
        """Forget a set, and what models answered to it. Raises NotFound."""
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)  # answers that are stored now go, too
            found = _find(connection, user_id, name)["id"]
            _forget_answers(connection, user_id, [found])
            connection.execute(delete(benchmark_rows).where(benchmark_rows.c.benchmark_id == found))
            connection.execute(delete(benchmarks).where(benchmarks.c.id == found))


def check_asked(
    connection: Connection, user_id: str, name: str, asked: Sequence[BenchmarkRow]
) -> None:
    """Raise NotFound for a set that is gone, InvalidInput for one whose rows are not those asked."""
    if _rows(connection, user_id, name) != list(asked):
        raise InvalidInput(
            "benchmark",
            f"{name} was erased in part or replaced while it was asked: no answer was kept, "
            "measure it again",
        )


def forget_benchmarks(connection: Connection, user_id: str, keys: Sequence[str]) -> None:
    """Delete what models answered to the sets of these rows: it holds the rows' words."""
    _forget_answers(connection, user_id, sorted({key.partition(":")[0] for key in keys}))


def _forget_answers(connection: Connection, user_id: str, ids: Sequence[str]) -> None:
    theirs = exists().where(
        benchmarks.c.name == evaluations.c.benchmark,
        benchmarks.c.user_id == user_id,
        benchmarks.c.id.in_(ids),
    )
    connection.execute(delete(evaluations).where(evaluations.c.user_id == user_id, theirs))


def _of(user_id: str, name: str | None = None) -> Select[Any]:
    there = and_(benchmark_rows.c.benchmark_id == benchmarks.c.id, benchmark_rows.c.prompt != "")
    query = (
        select(
            benchmarks,
            func.count(benchmark_rows.c.prompt).label("rows"),
            func.count(benchmark_rows.c.reference).label("references"),
            func.count(benchmark_rows.c.label).label("labels"),
        )
        .select_from(benchmarks.outerjoin(benchmark_rows, there))
        .where(benchmarks.c.user_id == user_id)
        .group_by(benchmarks.c.id)
        .order_by(benchmarks.c.name)
    )
    return query if name is None else query.where(benchmarks.c.name == name)


def _find(connection: Connection, user_id: str, name: str) -> RowMapping:
    row = connection.execute(_of(user_id, name)).mappings().first()
    if row is None:
        raise NotFound("benchmark", name)
    return row


def _rows(connection: Connection, user_id: str, name: str) -> list[BenchmarkRow]:
    query = (
        select(benchmark_rows)
        .where(
            benchmark_rows.c.benchmark_id == _find(connection, user_id, name)["id"],
            benchmark_rows.c.prompt != "",
        )
        .order_by(benchmark_rows.c.position)
    )
    return [_row(row) for row in connection.execute(query).mappings()]


def _benchmark(row: RowMapping) -> Benchmark:
    return Benchmark(**row)


def _row(row: RowMapping) -> BenchmarkRow:
    return BenchmarkRow(row["prompt"], row["reference"], row["label"], row["genre"], row["kind"])
