"""Evaluations: what models answered to a set, with what was measured, kept so that nobody asks twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Integer, RowMapping, Select, func, insert, select

from engine.domain.benchmark import BenchmarkRow
from engine.domain.evaluation import Answer, Evaluation, EvaluationHead, RowMeasure
from engine.errors import Quarantined
from engine.store.benchmarks import check_asked
from engine.store.database import Database
from engine.store.rows import check_limit, find, new_id, now, require_user
from engine.store.tables import evaluations, versions


class Evaluations:
    """Lists are newest first. A model without a version (the base, a teacher) is found by its name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        user_id: str,
        *,
        model: str,
        version_id: str | None,
        set_sha256: str,
        prompts_sha256: str,
        seed: int,
        answers: Sequence[Answer],
        rows: Sequence[RowMeasure],
        benchmark: str | None = None,
        asked: Sequence[BenchmarkRow] = (),
    ) -> Evaluation:
        """Store one model's whole evaluation. `prompts_sha256` covers what it was asked, and how; `asked`
        are the rows of the benchmark.

        Raises NotFound for a version that is not the user's, and Quarantined for one that learned a text
        that was erased meanwhile: what it wrote is not kept. Nor are answers to a benchmark that was
        removed (NotFound), or erased in part or replaced (InvalidInput) since it was asked.
        """
        values: dict[str, Any] = {
            "id": new_id(),
            "user_id": user_id,
            "model": model,
            "version_id": version_id,
            "benchmark": benchmark,
            "set_sha256": set_sha256,
            "prompts_sha256": prompts_sha256,
            "seed": seed,
            "answers": [asdict(answer) for answer in answers],
            "rows": [asdict(row) for row in rows],
        }
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            if version_id is not None:
                version = find(connection, versions, "version", version_id, user_id=user_id)
                if version["quarantined_at"] is not None:
                    raise Quarantined(model)
            if benchmark is not None:
                check_asked(connection, user_id, benchmark, asked)
            statement = insert(evaluations).values(values | {"created_at": now()})
            row = connection.execute(statement.returning(evaluations)).mappings().one()
            return _evaluation(row)

    def newest(
        self,
        user_id: str,
        version_id: str | None,
        set_sha256: str | None = None,
        *,
        model: str | None = None,
        prompts_sha256: str | None = None,
        benchmark: str | None = None,
    ) -> Evaluation | None:
        """The newest of this version, or of the `model` of that name where it is no version's; on this set,
        or on any with these prompts, where one is given. None if there is none."""
        query = _on(user_id, benchmark).where(
            evaluations.c.version_id.is_(None)
            if version_id is None
            else evaluations.c.version_id == version_id
        )
        if set_sha256 is not None:
            query = query.where(evaluations.c.set_sha256 == set_sha256)
        if model is not None:
            query = query.where(evaluations.c.model == model)
        if prompts_sha256 is not None:
            query = query.where(evaluations.c.prompts_sha256 == prompts_sha256)
        with self._database.read() as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return None if row is None else _evaluation(row)

    def get(self, user_id: str, evaluation_id: str) -> Evaluation:
        """One of the user's. Raises NotFound."""
        with self._database.read() as connection:
            row = find(connection, evaluations, "evaluation", evaluation_id, user_id=user_id)
            return _evaluation(row)

    def list(self, user_id: str, *, benchmark: str | None = None) -> list[Evaluation]:
        """The user's on frozen sets, or those on a benchmark."""
        query = _on(user_id, benchmark)
        with self._database.read() as connection:
            return [_evaluation(row) for row in connection.execute(query).mappings()]

    def heads(self, user_id: str, limit: int, *, offset: int = 0) -> Sequence[EvaluationHead]:
        """So many of the user's, on whatever set, without reading their texts."""
        check_limit(limit, offset)
        columns = evaluations.c
        query = _ordered(
            select(
                columns.id,
                columns.model,
                columns.benchmark,
                columns.set_sha256,
                columns.seed,
                func.json_array_length(columns.answers, type_=Integer),
                func.json_array_length(columns.rows, type_=Integer),
                columns.created_at,
            ).where(columns.user_id == user_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit).offset(offset))
            return [EvaluationHead(*row) for row in rows]

    def count(self, user_id: str) -> int:
        """How many the user has."""
        query = select(func.count()).where(evaluations.c.user_id == user_id)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def of_version(self, version_id: str) -> Sequence[Evaluation]:
        """All of one version's."""
        query = _ordered(select(evaluations).where(evaluations.c.version_id == version_id))
        with self._database.read() as connection:
            return [_evaluation(row) for row in connection.execute(query).mappings()]


def _on(user_id: str, benchmark: str | None) -> Select[Any]:
    """The user's on a benchmark; None: on frozen sets."""
    on_it = (
        evaluations.c.benchmark.is_(None)
        if benchmark is None
        else evaluations.c.benchmark == benchmark
    )
    return _ordered(select(evaluations).where(evaluations.c.user_id == user_id, on_it))


def _ordered(query: Select[Any]) -> Select[Any]:
    return query.order_by(evaluations.c.created_at.desc(), evaluations.c.id)


def _evaluation(row: RowMapping) -> Evaluation:
    return Evaluation(
        id=row["id"],
        user_id=row["user_id"],
        model=row["model"],
        version_id=row["version_id"],
        set_sha256=row["set_sha256"],
        seed=row["seed"],
        answers=tuple(Answer(**answer) for answer in row["answers"]),
        rows=tuple(RowMeasure(**each) for each in row["rows"]),
        created_at=row["created_at"],
        benchmark=row["benchmark"],
    )
