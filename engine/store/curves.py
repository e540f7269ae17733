"""Curves: all trainings of a user in one look, and the losses they logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.domain.job import JobState
from engine.domain.run import Step
from engine.store.database import Database
from engine.store.runs import step_from
from engine.store.tables import jobs, runs, steps, versions


@dataclass(frozen=True)
class RunLine:
    """One training in a list. `version` is the number it was registered under; None without one.

    `speed` is tokens a second over the whole training, None while it is not known.
    """

    id: str
    state: JobState
    recipe: str
    created_at: datetime
    total_steps: int
    best_validation_loss: float | None
    seconds: float
    speed: float | None
    version: int | None

    @property
    def label(self) -> str:
        """`v3`, or the time it began while it has no version."""
        return f"v{self.version}" if self.version else f"run of {self.created_at:%d %b %H:%M} UTC"


class Curves:
    """What the trainings of one user logged."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def runs(self, user_id: str) -> list[RunLine]:
        """The user's trainings, newest first."""
        query = (
            select(
                runs.c.id,
                jobs.c.state,
                runs.c.recipe,
                runs.c.created_at,
                runs.c.total_steps,
                runs.c.best_validation_loss,
                runs.c.train_seconds,
                runs.c.trained_tokens,
                versions.c.number,
            )
            .join(jobs, jobs.c.id == runs.c.id)
            .outerjoin(versions, versions.c.run_id == runs.c.id)
            .where(runs.c.user_id == user_id)
            .order_by(runs.c.created_at.desc(), runs.c.id.desc())
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            RunLine(
                id=row.id,
                state=JobState(row.state),
                recipe=row.recipe,
                created_at=row.created_at,
                total_steps=row.total_steps,
                best_validation_loss=row.best_validation_loss,
                seconds=row.train_seconds,
                speed=row.trained_tokens / row.train_seconds if row.train_seconds else None,
                version=row.number,
            )
            for row in rows
        ]

    def steps(self, user_id: str, run_ids: Sequence[str]) -> dict[str, list[Step]]:
        """Every logged step of these trainings, in order; another user's training has none here."""
        query = (
            select(steps)
            .join(runs, runs.c.id == steps.c.run_id)
            .where(runs.c.user_id == user_id, steps.c.run_id.in_(run_ids))
            .order_by(steps.c.run_id, steps.c.step, steps.c.kind)
        )
        found: dict[str, list[Step]] = {run_id: [] for run_id in run_ids}
        with self._database.read() as connection:
            for row in connection.execute(query).mappings():
                found[row["run_id"]].append(step_from(row))
        return {run_id: each for run_id, each in found.items() if each}
