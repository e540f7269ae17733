"""Activations: every change of which version of a student is active, in order. Part of `versions`.

These functions work inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, RowMapping, func, insert, select

from engine.domain.snapshot import Split
from engine.domain.version import Student
from engine.store.frozen_preferences import learned_erased_preference
from engine.store.rows import now
from engine.store.tables import activations, examples, snapshot_rows, versions


def latest_activation(connection: Connection, user_id: str, student: Student) -> RowMapping | None:
    """The last change of a user's student: its `version_id`, `previous_id` (None is the base) and time."""
    query = (
        select(activations)
        .where(activations.c.user_id == user_id, activations.c.student == student.value)
        .order_by(activations.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def active_id(connection: Connection, user_id: str, student: Student) -> str | None:
    """The id of the active version; None is the base."""
    row = latest_activation(connection, user_id, student)
    return None if row is None else row["version_id"]


def earlier_id(connection: Connection, user_id: str, student: Student) -> str | None:
    """What was active before the active one and a person may go back to; None is the base."""
    active = active_id(connection, user_id, student)
    return _last_usable(connection, user_id, student, but={active})


def sound_id_before(connection: Connection, user_id: str, student: Student) -> str | None:
    """What may answer again by itself instead of the active version: what was active last before it, and
    was never taken back; None is the base."""
    taken_back = select(activations.c.previous_id).where(
        activations.c.user_id == user_id,
        activations.c.student == student.value,
        activations.c.reason.is_not(None),
    )
    harmful = connection.execute(taken_back).scalars()
    active = active_id(connection, user_id, student)
    return _last_usable(connection, user_id, student, but={active, *harmful})


def _last_usable(
    connection: Connection, user_id: str, student: Student, *, but: Collection[str | None]
) -> str | None:
    """What was active last that may answer, and is none of those."""
    history = connection.execute(
        select(activations.c.version_id, versions.c.quarantined_at)
        .outerjoin(versions, versions.c.id == activations.c.version_id)
        .where(activations.c.user_id == user_id, activations.c.student == student.value)
        .order_by(activations.c.id.desc())
    )
    for version_id, quarantined_at in history:
        if quarantined_at is None and version_id not in but:
            return None if version_id is None else str(version_id)
    return None


def learned_erased(connection: Connection, snapshot_id: str) -> bool:
    """Whether what is trained on this snapshot learns, or learned, from a text that is erased."""
    query = (
        select(snapshot_rows.c.example_id)
        .join(examples, examples.c.id == snapshot_rows.c.example_id)
        .where(
            snapshot_rows.c.snapshot_id == snapshot_id,
            snapshot_rows.c.split == Split.TRAIN.value,
            examples.c.erased_at.is_not(None),
        )
        .limit(1)
    )
    if connection.execute(query).first() is not None:
        return True
    return learned_erased_preference(connection, snapshot_id)


def record_activation(
    connection: Connection,
    user_id: str,
    student: Student,
    version_id: str | None,
    *,
    reason: str | None = None,
) -> None:
    """Append a change from what is active to `version_id`; `reason` says why what is active was taken
    back by itself."""
    connection.execute(
        insert(activations).values(
            user_id=user_id,
            version_id=version_id,
            previous_id=active_id(connection, user_id, student),
            student=student.value,
            activated_at=now(),
            reason=reason,
        )
    )


def recent_ids(connection: Connection) -> list[str]:
    """Ids of all users' active adapters, last changed first, then everybody's newest (it is compared
    with the one before as soon as it is made), then the previous ones. None is quarantined."""
    adapters = activations.c.student == Student.ZEGA.value
    last = select(func.max(activations.c.id)).where(adapters).group_by(activations.c.user_id)
    query = (
        select(activations.c.version_id, activations.c.previous_id)
        .where(activations.c.id.in_(last))
        .order_by(activations.c.id.desc())
    )
    rows = connection.execute(query).all()
    clean = versions.c.quarantined_at.is_(None)
    numbers = select(versions.c.user_id, func.max(versions.c.number).label("number")).where(
        clean, versions.c.student == Student.ZEGA.value
    )
    last_number = numbers.group_by(versions.c.user_id).subquery()
    newest = connection.execute(
        select(versions.c.id)
        .join(
            last_number,
            (versions.c.user_id == last_number.c.user_id)
            & (versions.c.number == last_number.c.number),
        )
        .order_by(versions.c.created_at.desc())
    ).scalars()
    ids = [row[0] for row in rows] + list(newest) + [row[1] for row in rows]
    found = list(dict.fromkeys(version_id for version_id in ids if version_id is not None))
    quarantined = select(versions.c.id).where(versions.c.quarantined_at.is_not(None))
    bad = {*connection.execute(quarantined).scalars()}
    return [version_id for version_id in found if version_id not in bad]
