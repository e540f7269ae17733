"""Snapshots: frozen lists of examples. How the parts are chosen and hashed is not known here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, case, func, insert, select

from engine.domain.decontamination import Decontamination
from engine.domain.snapshot import (
    FrozenPreferences,
    Snapshot,
    SnapshotCounts,
    SnapshotReport,
    Split,
)
from engine.errors import InvalidInput, NotFound, SnapshotErased
from engine.store.database import Database
from engine.store.frozen_preferences import preferences_from
from engine.store.rows import check_limit, find, new_id, now, require_user
from engine.store.tables import examples, snapshot_rows, snapshots


class Snapshots:
    """Snapshots are made once and never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        user_id: str,
        rows: list[tuple[str, Split]],
        sha256: str,
        row_sha256: Sequence[str | None] = (),
        left_out: Decontamination | None = None,
        variants: int = 0,
        preferences: FrozenPreferences | None = None,
    ) -> Snapshot:
        """Store pairs of example id and part, in order, with the hash of each row where it is given.

        Raises NotFound for an unknown user or an example that is not the user's, InvalidInput
        for an example that is named twice, SnapshotErased for one that was erased meanwhile.
        """
        seen: set[str] = set()
        for example_id, _ in rows:
            if example_id in seen:
                raise InvalidInput("rows", f"must name example {example_id!r} once")
            seen.add(example_id)
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            _check_there(connection, user_id, [example_id for example_id, _ in rows])
            report: dict[str, Any] = {
                "left_out": (left_out or Decontamination()).as_json(),
                "variants": variants,
            }
            if preferences is not None:
                report["preferences"] = preferences.as_json()
            stamp: dict[str, Any] = {"id": new_id(), "user_id": user_id, "created_at": now()}
            stamp |= {"sha256": sha256, "report": report}
            statement = insert(snapshots).values(stamp).returning(snapshots)
            snapshot = connection.execute(statement).mappings().one()
            if rows:
                connection.execute(
                    insert(snapshot_rows),
                    [
                        {
                            "snapshot_id": snapshot["id"],
                            "position": position,
                            "example_id": example_id,
                            "split": split.value,
                            "sha256": hashed,
                        }
                        for position, ((example_id, split), hashed) in enumerate(
                            zip(rows, row_sha256 or [None] * len(rows), strict=True)
                        )
                    ],
                )
            return _with_rows(connection, snapshot)

    def get(self, user_id: str, snapshot_id: str) -> Snapshot:
        """One snapshot with its rows. Raises NotFound."""
        with self._database.read() as connection:
            row = find(connection, snapshots, "snapshot", snapshot_id, user_id=user_id)
            return _with_rows(connection, row)

    def report(self, user_id: str, snapshot_id: str) -> SnapshotReport:
        """What one is made of; its rows are counted and not read. Raises NotFound."""
        rows = select(func.count()).where(snapshot_rows.c.snapshot_id == snapshot_id)
        trained_on = rows.where(snapshot_rows.c.split == Split.TRAIN.value)
        with self._database.read() as connection:
            row = find(connection, snapshots, "snapshot", snapshot_id, user_id=user_id)
            variants = row["report"].get("variants", 0)
            # The index has no parts: only a share needs them to be looked at.
            train = connection.execute(trained_on).scalar_one() if variants else 0
            return SnapshotReport(
                user_id=user_id,
                rows=connection.execute(rows).scalar_one(),
                left_out=Decontamination.from_json(row["report"].get("left_out", {})),
                variants=variants,
                augmented_share=variants / max(1, train),
            )

    def list(self, user_id: str, *, limit: int = 100, offset: int = 0) -> list[SnapshotCounts]:
        """The user's snapshots, newest first, with how many rows each part has. Raises InvalidInput."""
        check_limit(limit, offset)
        page = (
            select(snapshots)
            .where(snapshots.c.user_id == user_id)
            .order_by(snapshots.c.created_at.desc(), snapshots.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._database.read() as connection:
            found = connection.execute(page).mappings().all()
            counts = _counts(connection, [row["id"] for row in found])
        return [
            SnapshotCounts(
                row["id"], row["created_at"], row["sha256"], *counts.get(row["id"], (0, 0, 0, 0))
            )
            for row in found
        ]

    def row_hashes(self, user_id: str, snapshot_id: str) -> dict[str, str | None]:
        """What each row was when it was frozen, by example id, in order. Raises NotFound.

        None for a row frozen before that was noted, and for one whose text was erased since.
        """
        query = (
            select(snapshot_rows.c.example_id, snapshot_rows.c.sha256)
            .where(snapshot_rows.c.snapshot_id == snapshot_id)
            .order_by(snapshot_rows.c.position)
        )
        with self._database.read() as connection:
            find(connection, snapshots, "snapshot", snapshot_id, user_id=user_id)
            return {row.example_id: row.sha256 for row in connection.execute(query)}


def _counts(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, int, int, int]]:
    """Rows of train, validation and test, and rows whose text is erased, for each snapshot."""

    def rows_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    parts = [rows_where(snapshot_rows.c.split == part.value) for part in Split]
    query = (
        select(snapshot_rows.c.snapshot_id, *parts, rows_where(examples.c.erased_at.is_not(None)))
        .join(examples, examples.c.id == snapshot_rows.c.example_id)
        .where(snapshot_rows.c.snapshot_id.in_(ids))
        .group_by(snapshot_rows.c.snapshot_id)
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in connection.execute(query)}


def _check_there(connection: Connection, user_id: str, ids: list[str]) -> None:
    query = select(examples.c.id, examples.c.erased_at).where(examples.c.user_id == user_id)
    owned = dict(connection.execute(query).tuples().all())
    for example_id in ids:
        if example_id not in owned:
            raise NotFound("example", example_id)
    if erased := sum(owned[example_id] is not None for example_id in ids):
        raise SnapshotErased(erased)


def _with_rows(connection: Connection, row: RowMapping) -> Snapshot:
    query = (
        select(snapshot_rows.c.example_id, snapshot_rows.c.split)
        .where(snapshot_rows.c.snapshot_id == row["id"])
        .order_by(snapshot_rows.c.position)
    )
    return Snapshot(
        id=row["id"],
        user_id=row["user_id"],
        created_at=row["created_at"],
        sha256=row["sha256"],
        rows=tuple((example_id, Split(split)) for example_id, split in connection.execute(query)),
        left_out=Decontamination.from_json(row["report"].get("left_out", {})),
        variants=row["report"].get("variants", 0),
        preferences=preferences_from(row["report"]),
    )
