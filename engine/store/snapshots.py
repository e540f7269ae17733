"""Snapshots: frozen lists of examples. How the parts are chosen and hashed is not known here."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, insert, select

from engine.domain.snapshot import Snapshot, Split
from engine.errors import InvalidInput, NotFound
from engine.store.database import Database
from engine.store.rows import find, new_id, now, require_user
from engine.store.tables import examples, snapshot_rows, snapshots


class Snapshots:
    """Snapshots are made once and never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, user_id: str, rows: list[tuple[str, Split]], sha256: str) -> Snapshot:
        """Store pairs of example id and part, in order.

        Raises NotFound for an unknown user or an example that is not the user's, InvalidInput
        for an example that is named twice.
        """
        seen: set[str] = set()
        for example_id, _ in rows:
            if example_id in seen:
                raise InvalidInput("rows", f"must name example {example_id!r} once")
            seen.add(example_id)
        with self._database.write() as connection:
            require_user(connection, user_id)
            _check_owned(connection, user_id, [example_id for example_id, _ in rows])
            stamp = {"id": new_id(), "user_id": user_id, "created_at": now(), "sha256": sha256}
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
                        }
                        for position, (example_id, split) in enumerate(rows)
                    ],
                )
            return _with_rows(connection, snapshot)

    def get(self, user_id: str, snapshot_id: str) -> Snapshot:
        """One snapshot with its rows. Raises NotFound."""
        with self._database.read() as connection:
            row = find(connection, snapshots, "snapshot", snapshot_id, user_id=user_id)
            return _with_rows(connection, row)

    def latest(self, user_id: str) -> Snapshot | None:
        """The newest snapshot of the user."""
        query = (
            select(snapshots)
            .where(snapshots.c.user_id == user_id)
            .order_by(snapshots.c.created_at.desc(), snapshots.c.id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
            return None if row is None else _with_rows(connection, row)


def _check_owned(connection: Connection, user_id: str, ids: list[str]) -> None:
    query = select(examples.c.id).where(examples.c.user_id == user_id)
    owned = set(connection.execute(query).scalars())
    for example_id in ids:
        if example_id not in owned:
            raise NotFound("example", example_id)


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
    )
