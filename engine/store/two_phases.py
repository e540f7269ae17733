"""Two-phase trainings: their inputs, what was accepted of what they wrote, and the phase they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, func, insert, select, update

from engine.domain.example import Decision, Example
from engine.domain.job import Job, JobKind, JobState
from engine.domain.two_phase import Input, MemoryReading, TwoPhase
from engine.store.database import Database
from engine.store.examples import example_from, is_trainable
from engine.store.jobs import insert_job, job_from
from engine.store.rows import find
from engine.store.tables import examples, jobs, two_phase_inputs, two_phases


class Count(NamedTuple):
    """Texts of a job that a person accepted, and those that nobody decided about yet."""

    accepted: int
    waiting: int


class TwoPhases:
    """One row a job of that kind, made together with the job."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        user_id: str,
        request: dict[str, Any],
        inputs: Sequence[Input],
        notices: Sequence[str] = (),
        *,
        state: JobState = JobState.QUEUED,
    ) -> Job:
        """A job with its inputs, and what is to be said of it. Raises NotFound for an unknown user."""
        with self._database.write() as connection:
            job = insert_job(connection, user_id, JobKind.TWO_PHASE, request, state=state)
            values: dict[str, Any] = {"job_id": job.id, "user_id": user_id}
            values |= {"teacher": "", "student": ""}
            values |= {"notices": list(notices), "enough": False, "memory": []}
            connection.execute(insert(two_phases).values(values))
            rows = [
                {"job_id": job.id, "position": place, "prompt": each.prompt, "genre": each.genre}
                for place, each in enumerate(inputs)
            ]
            connection.execute(insert(two_phase_inputs), rows)
            return job

    def get(self, job_id: str) -> TwoPhase:
        """Anybody's, for the worker. Raises NotFound."""
        query = select(two_phases).where(two_phases.c.job_id == job_id)
        with self._database.read() as connection:
            find(connection, jobs, "job", job_id)
            return _two_phase(connection.execute(query).mappings().one())

    def inputs(self, job_id: str) -> list[Input]:
        """What is to be written about, in order."""
        query = (
            select(two_phase_inputs.c.prompt, two_phase_inputs.c.genre)
            .where(two_phase_inputs.c.job_id == job_id)
            .order_by(two_phase_inputs.c.position)
        )
        with self._database.read() as connection:
            return [Input(*row) for row in connection.execute(query)]

    def update(self, job_id: str, **values: Any) -> None:
        """Change `teacher`, `student` or `enough`."""
        with self._database.write() as connection:
            mine = two_phases.c.job_id == job_id
            connection.execute(update(two_phases).where(mine).values(values))

    def add_notice(self, job_id: str, notice: str) -> None:
        """Say something to people, once."""
        self._append(job_id, "notices", notice)

    def add_memory(self, job_id: str, reading: MemoryReading) -> None:
        """Keep a measurement; a later one of the same moment takes its place."""
        values = asdict(reading) | {"at": reading.at.isoformat()}
        self._append(job_id, "memory", values, replaces=lambda old: old["moment"] == reading.moment)

    def begin_training(self, job_id: str, request: dict[str, Any]) -> Job:
        """The job of phase 2, made at the first call and the same at every other."""
        with self._database.write() as connection:
            mine = two_phases.c.job_id == job_id
            query = select(two_phases).where(mine).with_for_update()
            row = connection.execute(query).mappings().one()
            if row["training_job_id"] is not None:
                return job_from(find(connection, jobs, "job", row["training_job_id"]))
            job = insert_job(connection, row["user_id"], JobKind.TRAINING, request)
            connection.execute(update(two_phases).where(mine).values(training_job_id=job.id))
            return job

    def count(self, job_id: str) -> Count:
        """How many of the job's texts count as accepted, and how many wait."""
        there = [examples.c.duplicate_of.is_(None), examples.c.erased_at.is_(None)]
        query = (
            select(examples.c.decision, func.count())
            .where(examples.c.job_id == job_id, examples.c.feedback >= 0, *there)
            .group_by(examples.c.decision)
        )
        with self._database.read() as connection:
            found: dict[str | None, int] = dict(connection.execute(query).tuples().all())
        return Count(found.get(Decision.ACCEPTED.value, 0), found.get(None, 0))

    def prompts_in_use(self, job_id: str) -> set[str]:
        """Inputs that have a text which is accepted or waits."""
        query = select(examples.c.seed_prompt).where(
            examples.c.job_id == job_id,
            examples.c.duplicate_of.is_(None),
            examples.c.decision.is_distinct_from(Decision.REJECTED.value),
        )
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def texts(self, job_id: str) -> list[tuple[str, str]]:
        """Ids and texts of everything the job wrote, decided about or not."""
        query = select(examples.c.id, examples.c.completion).where(
            examples.c.job_id == job_id, examples.c.duplicate_of.is_(None)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).tuples())

    def accepted(self, job_id: str, *, threshold: float) -> list[Example]:
        """The texts to train on, oldest first."""
        query = (
            select(examples)
            .where(
                examples.c.job_id == job_id,
                examples.c.decision == Decision.ACCEPTED.value,
                is_trainable(threshold),
            )
            .order_by(examples.c.created_at, examples.c.id)
        )
        with self._database.read() as connection:
            return [example_from(row) for row in connection.execute(query).mappings()]

    def undecided(self, job_id: str, *, from_score: float) -> list[str]:
        """Ids of the job's texts that wait and score so much or more."""
        query = select(examples.c.id).where(
            examples.c.job_id == job_id,
            examples.c.decision.is_(None),
            examples.c.duplicate_of.is_(None),
            examples.c.erased_at.is_(None),
            examples.c.feedback >= 0,
            examples.c.score >= from_score,
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def _append(
        self, job_id: str, column: str, value: Any, replaces: Any = lambda old: False
    ) -> None:
        with self._database.write() as connection:
            mine = two_phases.c.job_id == job_id
            query = select(two_phases.c[column]).where(mine).with_for_update()
            there = connection.execute(query).scalar_one()
            if value not in there:
                kept = [old for old in there if not replaces(old)]
                values = {column: [*kept, value]}
                connection.execute(update(two_phases).where(mine).values(values))


def _two_phase(row: RowMapping) -> TwoPhase:
    readings = [each | {"at": datetime.fromisoformat(each["at"])} for each in row["memory"]]
    return TwoPhase(
        job_id=row["job_id"],
        user_id=row["user_id"],
        teacher=row["teacher"],
        student=row["student"],
        notices=tuple(row["notices"]),
        enough=row["enough"],
        training_job_id=row["training_job_id"],
        memory=tuple(MemoryReading(**each) for each in readings),
    )
