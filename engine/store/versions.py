"""Versions: what a user's students were and are. Whether a version deserves to be active is decided
elsewhere; here it is only recorded, and every change of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from engine.domain.evaluation import Comparison, LossGain
from engine.domain.version import AdapterIdentity, Student, Version
from engine.errors import NotFound
from engine.store.activations import (
    active_id,
    earlier_id,
    latest_activation,
    learned_erased,
    recent_ids,
    record_activation,
)
from engine.store.database import Database
from engine.store.rows import check_limit, find, new_id, now, require_user
from engine.store.rulings import ruling_from
from engine.store.tables import comparisons, runs, snapshots, versions


class Versions:
    """Versions are numbered from 1 for each user and are never overwritten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        user_id: str,
        run_id: str,
        snapshot_id: str,
        base_model: str,
        recipe: str,
        adapter_path: str,
        adapter_sha256: str,
        gguf_path: str,
        gguf_sha256: str,
        identity: AdapterIdentity,
        gain: LossGain,
        gain_over_active: LossGain | None,
        verdict: str,
        student: Student = Student.ZEGA,
        overlap: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Version:
        """Register the outcome of a run under the next number; a run is registered once.

        Registering it again gives the version that is there, unchanged. Raises NotFound for a
        run or snapshot that is not the user's.
        """
        values: dict[str, Any] = {
            "user_id": user_id,
            "run_id": run_id,
            "snapshot_id": snapshot_id,
            "base_model": base_model,
            "recipe": recipe,
            "adapter_path": adapter_path,
            "adapter_sha256": adapter_sha256,
            "gguf_path": gguf_path,
            "gguf_sha256": gguf_sha256,
            "gain": asdict(gain),
            "gain_over_active": asdict(gain_over_active) if gain_over_active else None,
            "verdict": verdict,
            "student": student.value,
            "overlap": overlap or {},
        } | asdict(identity)
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            find(connection, runs, "run", run_id, user_id=user_id)
            find(connection, snapshots, "snapshot", snapshot_id, user_id=user_id)
            query = select(versions).where(versions.c.run_id == run_id)
            row = connection.execute(query).mappings().first()
            if row is None:
                last = select(func.max(versions.c.number)).where(versions.c.user_id == user_id)
                number = (connection.execute(last).scalar() or 0) + 1
                at = now()
                stamp = {"id": new_id(), "number": number, "created_at": at}
                if learned_erased(connection, snapshot_id):
                    stamp["quarantined_at"] = at
                statement = insert(versions).values(values | stamp).returning(versions)
                row = connection.execute(statement).mappings().one()
            return _complete(connection, [row])[0]

    def get(self, user_id: str, number: int) -> Version:
        """The user's version of that number. Raises NotFound."""
        query = select(versions).where(versions.c.user_id == user_id, versions.c.number == number)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
            if row is None:
                raise NotFound("version", number)
            return _complete(connection, [row])[0]

    def by_id(self, version_id: str) -> Version:
        """Anybody's version, for the model server. Raises NotFound."""
        with self._database.read() as connection:
            return _of_ids(connection, [version_id])[0]

    def activate(
        self, user_id: str, version_id: str | None, student: Student = Student.ZEGA
    ) -> None:
        """Make this the version that answers as its student; None is the untrained base of `student`.

        Raises NotFound, and Quarantined for one that was trained on a text erased since.
        Activating what is active already changes nothing, so `previous` stays meaningful.
        """
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            if version_id is not None:
                row = find(connection, versions, "version", version_id, user_id=user_id)
                version = _version(row, ())
                version.check_usable()
                student = version.student
            if active_id(connection, user_id, student) != version_id:
                record_activation(connection, user_id, student, version_id)

    def active(self, user_id: str, student: Student = Student.ZEGA) -> Version | None:
        """The version that answers as this student; None while it is the base."""
        with self._database.read() as connection:
            return _of_id(connection, active_id(connection, user_id, student))

    def previous(self, user_id: str, student: Student = Student.ZEGA) -> Version | None:
        """The version that was active before and may answer again; None when that is the base."""
        with self._database.read() as connection:
            return _of_id(connection, earlier_id(connection, user_id, student))

    def changed_at(self, user_id: str, student: Student = Student.ZEGA) -> datetime | None:
        """When the user last changed which version answers; None if never."""
        with self._database.read() as connection:
            row = latest_activation(connection, user_id, student)
        return None if row is None else row["activated_at"]

    def hot(self, limit: int) -> list[Version]:
        """Adapters worth holding in memory: active ones, everybody's newest, then previous ones.

        Within each, the user who changed versions last comes first. So a limit drops nobody's
        active version for the sake of somebody's previous one.
        """
        check_limit(limit)
        with self._database.read() as connection:
            return _of_ids(connection, recent_ids(connection)[:limit])

    def set_verdict(self, version_id: str, verdict: str) -> None:
        """Store in a sentence why the version is active or not. Raises NotFound."""
        with self._database.write() as connection:
            find(connection, versions, "version", version_id)
            connection.execute(
                update(versions).where(versions.c.id == version_id).values(verdict=verdict)
            )

    def add_comparisons(self, version_id: str, pairs: list[Comparison]) -> None:
        """Add answers to prompts; a prompt that is there already gets the new answers.

        Raises NotFound.
        """
        with self._database.write() as connection:
            find(connection, versions, "version", version_id, lock=True)
            merged = {
                pair.prompt: pair for pair in _comparisons(connection, [version_id])[version_id]
            }
            merged.update({pair.prompt: pair for pair in pairs})
            connection.execute(comparisons.delete().where(comparisons.c.version_id == version_id))
            rows = [
                asdict(pair) | {"version_id": version_id, "position": position}
                for position, pair in enumerate(merged.values())
            ]
            if rows:
                connection.execute(insert(comparisons), rows)

    def list(self, user_id: str, limit: int | None = None) -> list[Version]:
        """The user's versions, newest first; with `limit` only so many."""
        if limit is not None:
            check_limit(limit)
        query = select(versions).where(versions.c.user_id == user_id)
        newest_first = query.order_by(versions.c.number.desc())
        with self._database.read() as connection:
            return _complete(
                connection, [*connection.execute(newest_first.limit(limit)).mappings()]
            )

    def check_usable(self, version_id: str) -> None:
        """Raises NotFound, and Quarantined for one that may not answer any more."""
        with self._database.read() as connection:
            _version(find(connection, versions, "version", version_id), ()).check_usable()


def _of_id(connection: Connection, version_id: str | None) -> Version | None:
    return None if version_id is None else _of_ids(connection, [version_id])[0]


def _of_ids(connection: Connection, ids: list[str]) -> list[Version]:
    """Versions in the order of `ids`; NotFound for one that is not there."""
    return _complete(connection, [find(connection, versions, "version", each) for each in ids])


def _comparisons(connection: Connection, ids: list[str]) -> dict[str, list[Comparison]]:
    """The comparisons of each of these versions, in the order they were added."""
    of_version: dict[str, list[Comparison]] = {version_id: [] for version_id in ids}
    query = (
        select(comparisons)
        .where(comparisons.c.version_id.in_(ids))
        .order_by(comparisons.c.version_id, comparisons.c.position)
    )
    for row in connection.execute(query).mappings():
        of_version[row["version_id"]].append(
            Comparison(
                prompt=row["prompt"],
                before=row["before"],
                after=row["after"],
                quality_before=row["quality_before"],
                quality_after=row["quality_after"],
            )
        )
    return of_version


def _complete(connection: Connection, rows: list[RowMapping]) -> list[Version]:
    of_version = _comparisons(connection, [row["id"] for row in rows])
    return [_version(row, tuple(of_version[row["id"]])) for row in rows]


def _version(row: RowMapping, its_comparisons: tuple[Comparison, ...]) -> Version:
    over_active = row["gain_over_active"]
    return Version(
        id=row["id"],
        user_id=row["user_id"],
        number=row["number"],
        run_id=row["run_id"],
        snapshot_id=row["snapshot_id"],
        base_model=row["base_model"],
        recipe=row["recipe"],
        adapter_path=row["adapter_path"],
        adapter_sha256=row["adapter_sha256"],
        gguf_path=row["gguf_path"],
        gguf_sha256=row["gguf_sha256"],
        identity=AdapterIdentity(row["base_sha256"], row["template_sha256"], row["converter"]),
        gain=LossGain(**row["gain"]),
        gain_over_active=None if over_active is None else LossGain(**over_active),
        verdict=row["verdict"],
        created_at=row["created_at"],
        comparisons=its_comparisons,
        quarantined_at=row["quarantined_at"],
        student=Student(row["student"]),
        overlap=row["overlap"],
        ruling=ruling_from(row["ruling"]),
    )
