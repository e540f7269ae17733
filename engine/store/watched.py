"""Watched: how the answers of active versions ended in use, and which version was taken back for it.

Answers are counted by activation, so whoever activates a version again begins a new count. No words
are kept here.
"""

from __future__ import annotations

from sqlalchemy import insert, select, update

from engine.domain.harm import Fault, TakenBack
from engine.domain.version import Student
from engine.store.activations import (
    active_id,
    latest_activation,
    record_activation,
    sound_id_before,
)
from engine.store.database import Database
from engine.store.rows import check_limit, find, now, require_user
from engine.store.tables import student_answers, versions


class Watched:
    """Takes the ids of versions, whose users and students it knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, version_id: str, fault: Fault | None, *, limit: int) -> list[Fault | None]:
        """Note an answer; how the newest `limit` ended since the version became active, newest first.

        Of a version that is not active nothing is noted. Raises NotFound.
        """
        check_limit(limit)
        with self._database.write() as connection:
            version = find(connection, versions, "version", version_id)
            latest = latest_activation(connection, version["user_id"], Student(version["student"]))
            if latest is None or latest["version_id"] != version_id:
                return []
            connection.execute(
                insert(student_answers).values(
                    activation_id=latest["id"], fault=fault.value if fault else None, at=now()
                )
            )
            newest = (
                select(student_answers.c.fault)
                .where(student_answers.c.activation_id == latest["id"])
                .order_by(student_answers.c.id.desc())
                .limit(limit)
            )
            found = connection.execute(newest).scalars().all()
        return [None if each is None else Fault(each) for each in found]

    def take_back(self, version_id: str, *, reason: str, verdict: str) -> bool:
        """Have the version that was active before answer again, with a reason and a new verdict on this
        one; False, and nothing changed, when it is not active. Raises NotFound."""
        with self._database.write() as connection:
            version = find(connection, versions, "version", version_id)
            user_id, student = version["user_id"], Student(version["student"])
            require_user(connection, user_id, lock=True)
            if active_id(connection, user_id, student) != version_id:
                return False
            before = sound_id_before(connection, user_id, student)
            record_activation(connection, user_id, student, before, reason=reason)
            connection.execute(
                update(versions).where(versions.c.id == version_id).values(verdict=verdict)
            )
            return True

    def latest(self, user_id: str, student: Student = Student.ZEGA) -> TakenBack | None:
        """The version that was taken back last, until somebody activates another, or that one."""
        with self._database.read() as connection:
            row = latest_activation(connection, user_id, student)
        if row is None or row["reason"] is None:
            return None
        return TakenBack(row["previous_id"], row["reason"], row["activated_at"])
