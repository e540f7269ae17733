"""Outcomes: what became of each slot of an auto-training plan.

A slot is a job and an index in its plan, and it is recorded once: a job that is started again
skips what is done, and recording a slot twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, select

from engine.domain.example import Example, RejectedCandidate
from engine.domain.quality import Quality
from engine.errors import InvalidInput
from engine.store.database import Database
from engine.store.examples import NewExample, example_from, insert_example
from engine.store.rows import (
    check_limit,
    find,
    insert_once,
    new_id,
    now,
    quality_from,
    quality_values,
)
from engine.store.tables import examples, jobs, outcomes, rejected_candidates


class Result(StrEnum):
    """Kept and rejected slots were written and scored; failed ones had no answer."""

    KEPT = "kept"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True)
class NewRejected:
    """A rejected candidate before it is stored: user, job and slot are those of its outcome."""

    candidate: int
    genre: str
    prompt: str
    completion: str
    quality: Quality
    reason: str


@dataclass(frozen=True)
class OutcomeSummary:
    """Counts of one job's slots. Scores, their mean and the genres cover kept and rejected slots.

    A slot counts with its kept candidate's score, or with the best of its rejected ones;
    `scores` follow the plan. `average_quality` is 0.0 while nothing was scored.
    """

    kept: int = 0
    rejected: int = 0
    failed: int = 0
    average_quality: float = 0.0
    genre_distribution: dict[str, int] = field(default_factory=dict)
    scores: list[float] = field(default_factory=list)

    @property
    def successful(self) -> int:
        """Written and scored, whether kept or not."""
        return self.kept + self.rejected


class Outcomes:
    """Each record method stores a slot with everything that belongs to it in one transaction.

    They return False, and store nothing, when the slot was recorded before. All raise NotFound
    for an unknown job.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_kept(
        self,
        job_id: str,
        plan_index: int,
        example: NewExample,
        rejected: list[NewRejected],
        seconds: float,
    ) -> bool:
        """A slot with its kept example, and the candidates that lost to it.

        Raises InvalidInput for an example that names another user, job or slot.
        """
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id)
            _check_slot(example, job["user_id"], job_id, plan_index)
            slot = _slot(job_id, plan_index, Result.KEPT, seconds) | {
                "genre": example.genre,
                "score": example.quality.score,
            }
            if not insert_once(connection, outcomes, slot):
                return False
            insert_example(connection, example)
            _insert_rejected(connection, job, plan_index, rejected)
            return True

    def record_rejected(
        self, job_id: str, plan_index: int, rejected: list[NewRejected], seconds: float
    ) -> bool:
        """A slot none of whose candidates was good enough. Raises InvalidInput without any."""
        if not rejected:
            raise InvalidInput("rejected", "must hold at least one candidate")
        best = max(rejected, key=lambda candidate: candidate.quality.score)
        with self._database.write() as connection:
            job = find(connection, jobs, "job", job_id)
            slot = _slot(job_id, plan_index, Result.REJECTED, seconds) | {
                "genre": best.genre,
                "score": best.quality.score,
                "reason": best.reason,
            }
            if not insert_once(connection, outcomes, slot):
                return False
            _insert_rejected(connection, job, plan_index, rejected)
            return True

    def record_failed(self, job_id: str, plan_index: int, reason: str, seconds: float) -> bool:
        """A slot without an answer after all retries."""
        with self._database.write() as connection:
            find(connection, jobs, "job", job_id)
            slot = _slot(job_id, plan_index, Result.FAILED, seconds) | {"reason": reason}
            return insert_once(connection, outcomes, slot)

    def done(self, job_id: str) -> set[int]:
        """The plan indexes that are recorded, whatever their result."""
        query = select(outcomes.c.plan_index).where(outcomes.c.job_id == job_id)
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def summary(self, job_id: str) -> OutcomeSummary:
        """What the job has come to so far."""
        query = (
            select(outcomes.c.result, outcomes.c.genre, outcomes.c.score)
            .where(outcomes.c.job_id == job_id)
            .order_by(outcomes.c.plan_index)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        results = Counter(row["result"] for row in rows)
        scores = [row["score"] for row in rows if row["score"] is not None]
        genres = Counter(
            row["genre"] for row in rows if row["score"] is not None and row["genre"] is not None
        )
        return OutcomeSummary(
            kept=results[Result.KEPT],
            rejected=results[Result.REJECTED],
            failed=results[Result.FAILED],
            average_quality=sum(scores) / len(scores) if scores else 0.0,
            genre_distribution=dict(genres),
            scores=scores,
        )

    def seconds_a_slot(self, limit: int = 200) -> tuple[float, int]:
        """Mean seconds of the newest slots of all users, and how many they were (0.0, 0: none)."""
        newest = (
            select(outcomes.c.seconds)
            .order_by(outcomes.c.recorded_at.desc())
            .limit(limit)
            .subquery()
        )
        with self._database.read() as connection:
            mean, count = connection.execute(select(func.avg(newest.c.seconds), func.count())).one()
        return float(mean or 0.0), int(count)

    def kept(self, job_id: str, *, after_index: int = -1, limit: int = 100) -> list[Example]:
        """Kept examples of slots beyond `after_index`, newest first."""
        check_limit(limit)
        same_slot = and_(
            outcomes.c.job_id == examples.c.job_id,
            outcomes.c.plan_index == examples.c.plan_index,
        )
        query = (
            select(examples)
            .join(outcomes, same_slot)
            .where(
                outcomes.c.job_id == job_id,
                outcomes.c.result == Result.KEPT.value,
                outcomes.c.plan_index > after_index,
            )
            .order_by(examples.c.created_at.desc(), examples.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [example_from(row) for row in connection.execute(query).mappings()]

    def rejected(self, user_id: str, job_id: str, limit: int = 100) -> list[RejectedCandidate]:
        """Rejected candidates of one job, newest first. Raises NotFound for another's job."""
        check_limit(limit)
        table = rejected_candidates
        query = (
            select(table)
            .where(table.c.user_id == user_id, table.c.job_id == job_id)
            .order_by(table.c.created_at.desc(), table.c.plan_index.desc(), table.c.candidate)
            .limit(limit)
        )
        with self._database.read() as connection:
            find(connection, jobs, "job", job_id, user_id=user_id)
            return [_rejected(row) for row in connection.execute(query).mappings()]


def _check_slot(example: NewExample, user_id: str, job_id: str, plan_index: int) -> None:
    for name, found, expected in (
        ("user_id", example.user_id, user_id),
        ("job_id", example.job_id, job_id),
        ("plan_index", example.plan_index, plan_index),
    ):
        if found != expected:
            raise InvalidInput(f"example.{name}", f"must be {expected!r}, got {found!r}")


def _slot(job_id: str, plan_index: int, result: Result, seconds: float) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "plan_index": plan_index,
        "result": result.value,
        "seconds": seconds,
        "reason": "",
        "recorded_at": now(),
    }


def _insert_rejected(
    connection: Connection, job: RowMapping, plan_index: int, rejected: list[NewRejected]
) -> None:
    at = now()
    rows = [
        {
            "id": new_id(),
            "user_id": job["user_id"],
            "job_id": job["id"],
            "plan_index": plan_index,
            "candidate": new.candidate,
            "genre": new.genre,
            "prompt": new.prompt,
            "completion": new.completion,
            "reason": new.reason,
            "created_at": at,
        }
        | quality_values(new.quality)
        for new in rejected
    ]
    if rows:
        connection.execute(insert(rejected_candidates), rows)


def _rejected(row: RowMapping) -> RejectedCandidate:
    return RejectedCandidate(
        id=row["id"],
        user_id=row["user_id"],
        job_id=row["job_id"],
        plan_index=row["plan_index"],
        candidate=row["candidate"],
        genre=row["genre"],
        prompt=row["prompt"],
        completion=row["completion"],
        quality=quality_from(row),
        reason=row["reason"],
        created_at=row["created_at"],
    )
