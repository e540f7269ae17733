"""Runs: the record of each training and of every step it logged. Training itself is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, func, insert, literal, select, update

from engine.domain.run import Run, Sample, Step
from engine.domain.version import Student
from engine.store.database import Database
from engine.store.rows import find, insert_once, now, upsert
from engine.store.tables import jobs, runs, samples, snapshots, steps, versions


class Logged(NamedTuple):
    """How many rows of steps there are, and when the newest was logged; None without any."""

    rows: int
    newest: datetime | None


class Runs:
    """`version_id` of a run is read from the versions: registering one is what sets it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        run_id: str,
        user_id: str,
        snapshot_id: str,
        *,
        recipe: str,
        base_model: str,
        folder: str,
        batch_size: int,
        student: Student = Student.ZEGA,
    ) -> Run:
        """The run of the job `run_id`; a resumed job gets the run that is there, unchanged.

        Raises NotFound for a job or snapshot that is not the user's.
        """
        with self._database.write() as connection:
            find(connection, jobs, "job", run_id, user_id=user_id)
            find(connection, snapshots, "snapshot", snapshot_id, user_id=user_id)
            values: dict[str, Any] = {
                "id": run_id,
                "user_id": user_id,
                "snapshot_id": snapshot_id,
                "recipe": recipe,
                "base_model": base_model,
                "folder": folder,
                "batch_size": batch_size,
                "created_at": now(),
                "total_steps": 0,
                "trained_tokens": 0,
                "trainable_parameters": 0,
                "train_seconds": 0.0,
                "notes": [],
                "student": student.value,
            }
            insert_once(connection, runs, values)
            return _get(connection, run_id)

    def get(self, run_id: str) -> Run:
        """One run. Raises NotFound."""
        with self._database.read() as connection:
            return _get(connection, run_id)

    def update(
        self,
        run_id: str,
        *,
        batch_size: int | None = None,
        total_steps: int | None = None,
        best_validation_loss: float | None = None,
        trained_tokens: int | None = None,
        trainable_parameters: int | None = None,
        train_seconds: float | None = None,
    ) -> Run:
        """Store what is given and leave the rest. Raises NotFound."""
        given = {
            "batch_size": batch_size,
            "total_steps": total_steps,
            "best_validation_loss": best_validation_loss,
            "trained_tokens": trained_tokens,
            "trainable_parameters": trainable_parameters,
            "train_seconds": train_seconds,
        }
        changed = {name: value for name, value in given.items() if value is not None}
        with self._database.write() as connection:
            find(connection, runs, "run", run_id)
            if changed:
                connection.execute(update(runs).where(runs.c.id == run_id).values(changed))
            return _get(connection, run_id)

    def add_note(self, run_id: str, note: str) -> Run:
        """Append one sentence to the run's notes. Raises NotFound."""
        with self._database.write() as connection:
            row = find(connection, runs, "run", run_id, lock=True)
            notes = [*row["notes"], note]
            connection.execute(update(runs).where(runs.c.id == run_id).values(notes=notes))
            return _get(connection, run_id)

    def add_step(self, step: Step) -> None:
        """Store a logged step; a resumed run overwrites the steps it does again.

        A training and a validation row of the same step lie beside each other. Raises NotFound.
        """
        with self._database.write() as connection:
            find(connection, runs, "run", step.run_id)
            kind = "validation" if step.is_validation else "training"
            upsert(connection, steps, asdict(step) | {"kind": kind})

    def copy_curve(self, old_id: str, new_id: str, *, up_to: int) -> None:
        """Give a run that has none the steps and samples of another, up to a step. Raises NotFound."""
        with self._database.write() as connection:
            find(connection, runs, "run", new_id, lock=True)
            for table in (steps, samples):
                mine = select(table.c.run_id).where(table.c.run_id == new_id).limit(1)
                if connection.execute(mine).first() is None:
                    rest = [each for each in table.c if each is not table.c.run_id]
                    rows = select(literal(new_id), *rest).where(
                        table.c.run_id == old_id, table.c.step <= up_to
                    )
                    names = ["run_id", *(each.name for each in rest)]
                    connection.execute(insert(table).from_select(names, rows))

    def steps(self, run_id: str, after: int = -1, since: datetime | None = None) -> list[Step]:
        """Steps beyond `after`, and logged no earlier than `since`, in order; a step's training row
        before its validation row."""
        query = select(steps).where(steps.c.run_id == run_id, steps.c.step > after)
        if since is not None:
            query = query.where(steps.c.at >= since)
        in_order = query.order_by(steps.c.step, steps.c.kind)
        with self._database.read() as connection:
            return [step_from(row) for row in connection.execute(in_order).mappings()]

    def newest_steps(self, run_id: str, count: int) -> list[Step]:
        """The last rows of the run, in order."""
        query = select(steps).where(steps.c.run_id == run_id)
        newest = query.order_by(steps.c.step.desc(), steps.c.kind.desc()).limit(count)
        with self._database.read() as connection:
            found = [step_from(row) for row in connection.execute(newest).mappings()]
        return found[::-1]

    def newest_evaluation(self, run_id: str) -> Step | None:
        """The last row with a validation loss."""
        query = select(steps).where(steps.c.run_id == run_id, steps.c.kind == "validation")
        newest = query.order_by(steps.c.step.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).mappings().first()
        return step_from(row) if row else None

    def logged(self, run_id: str) -> Logged:
        """How much the run logged so far."""
        query = select(func.count(), func.max(steps.c.at)).where(steps.c.run_id == run_id)
        with self._database.read() as connection:
            return Logged(*connection.execute(query).one())

    def add_sample(self, sample: Sample) -> None:
        """Store an answer; a resumed run overwrites those it writes again. A training that is to stop
        writes none: it may be stopped because its texts are erased. Raises NotFound."""
        with self._database.write() as connection:
            find(connection, runs, "run", sample.run_id)
            if not find(connection, jobs, "job", sample.run_id, lock=True)["cancel_requested"]:
                upsert(connection, samples, asdict(sample))

    def samples(self, run_id: str) -> Sequence[Sample]:
        """What the run answered, in the order of steps and prompts."""
        query = select(samples).where(samples.c.run_id == run_id)
        in_order = query.order_by(samples.c.step, samples.c.position)
        with self._database.read() as connection:
            return [Sample(**row) for row in connection.execute(in_order).mappings()]

    def list(self, user_id: str) -> list[Run]:
        """The user's runs, newest first."""
        query = _RUNS.where(runs.c.user_id == user_id)
        newest_first = query.order_by(runs.c.created_at.desc(), runs.c.id.desc())
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(newest_first).mappings()]


_RUNS = select(runs, versions.c.id.label("version_id")).outerjoin(
    versions, versions.c.run_id == runs.c.id
)


def _get(connection: Connection, run_id: str) -> Run:
    find(connection, runs, "run", run_id)
    return _run(connection.execute(_RUNS.where(runs.c.id == run_id)).mappings().one())


def _run(row: RowMapping) -> Run:
    given = {"notes": tuple(row["notes"]), "student": Student(row["student"])}
    return Run(**{**row, **given})


def step_from(row: RowMapping) -> Step:
    """The Step stored in a row of `steps`."""
    return Step(**{name: value for name, value in row.items() if name != "kind"})
