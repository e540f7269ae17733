"""Rulings: what the gate ruled of a version, stored together with the change that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import update

from engine.domain.evaluation import Figure, LossGain, Outcome, Ruling
from engine.domain.version import Student
from engine.store.activations import active_id, record_activation
from engine.store.database import Database
from engine.store.rows import find, require_user
from engine.store.tables import versions


class Rulings:
    """Whether a version deserves to be active is decided elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: str, version_id: str, ruling: Ruling, verdict: str) -> None:
        """Store a ruling and its verdict; what is active stays so. Raises NotFound."""
        with self._database.write() as connection:
            find(connection, versions, "version", version_id, user_id=user_id)
            values = {"ruling": asdict(ruling), "verdict": verdict}
            connection.execute(update(versions).where(versions.c.id == version_id).values(values))

    def take_over(
        self,
        user_id: str,
        version_id: str,
        ruling: Ruling | None,
        verdict: str,
        *,
        rival_id: str | None,
    ) -> bool:
        """Store a ruling and its verdict and make the version active, if `rival_id` (None: the base) is
        active yet and no text that the version learned was erased; else nothing is stored, and False.

        A T5 has no ruling but its verdict. Raises NotFound.
        """
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            row = find(connection, versions, "version", version_id, user_id=user_id)
            student = Student(row["student"])
            active = active_id(connection, user_id, student)
            if row["quarantined_at"] is not None or active not in (rival_id, version_id):
                return False
            values = {"verdict": verdict} | ({"ruling": asdict(ruling)} if ruling else {})
            connection.execute(update(versions).where(versions.c.id == version_id).values(values))
            if active != version_id:
                record_activation(connection, user_id, student, version_id)
            return True


def ruling_from(stored: Mapping[str, Any] | None) -> Ruling | None:
    """The ruling in a row of a version."""
    if stored is None:
        return None
    return Ruling(
        outcome=Outcome(stored["outcome"]),
        sentence=stored["sentence"],
        gain=LossGain(**stored["gain"]),
        quality=Figure(**stored["quality"]),
        repetition=Figure(**stored["repetition"]),
    )
