"""Imports: how far each got, written together with the examples it gave.

A batch of rows is recorded in one transaction with its examples and rejections, and only where the
import stands as whoever read them believes: so a row is taken once, whatever was killed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import RowMapping, Select, and_, delete, func, insert, select, union_all, update

from engine.domain.imports import FileReport, Import, Rejection, Undone
from engine.domain.user import check_user_id
from engine.store.database import Database
from engine.store.examples import NewExample, insert_example
from engine.store.rows import check_limit, find, insert_once, now
from engine.store.tables import examples, import_rejections, imports, jobs, metadata

_PAGE = 2000


class Imports:
    """Lists are newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user_id: str, job_id: str, prompts: str, names: Sequence[str]) -> Import:
        """The import of this job, made if new. Raises NotFound for a job that is not the user's."""
        reports = [asdict(FileReport(name)) for name in names]
        values: dict[str, Any] = {
            "id": job_id,
            "user_id": user_id,
            "created_at": now(),
            "prompts": prompts,
            "reports": reports,
            "note": "",
        }
        with self._database.write() as connection:
            find(connection, jobs, "job", job_id, user_id=user_id)
            insert_once(connection, imports, values)
            return _import_from(find(connection, imports, "import", job_id, user_id=user_id))

    def record(
        self,
        user_id: str,
        import_id: str,
        place: int,
        before: FileReport,
        after: FileReport,
        *,
        new: Sequence[NewExample] = (),
        rejections: Sequence[Rejection] = (),
        note: str = "",
    ) -> bool:
        """Store what a batch of the file at this place came to, unless the file does not stand at
        `before` any more: then nothing is stored. Raises NotFound."""
        with self._database.write() as connection:
            row = find(connection, imports, "import", import_id, user_id=user_id, lock=True)
            reports = list(row["reports"])
            if reports[place] != asdict(before):
                return False
            reports[place] = asdict(after)
            for each in new:
                insert_example(connection, replace(each, import_id=import_id))
            if rejections:
                values = [{"import_id": import_id} | asdict(each) for each in rejections]
                connection.execute(insert(import_rejections), values)
            connection.execute(
                update(imports)
                .where(imports.c.id == import_id)
                .values(reports=reports, note=note or row["note"])
            )
            return True

    def get(self, user_id: str, import_id: str) -> Import:
        """One import. Raises NotFound."""
        with self._database.read() as connection:
            return _import_from(find(connection, imports, "import", import_id, user_id=user_id))

    def known_texts(self, user_id: str) -> Iterator[tuple[str, str]]:
        """Prompt and text of every example that was not erased, in no order that means anything.

        Read a page at a time, so that nobody who writes waits for it.
        """
        check_user_id(user_id)  # now, not at the first text
        return (pair for page in self._text_pages(user_id) for pair in page)

    def rejections(
        self, user_id: str, import_id: str, limit: int = 100, offset: int = 0
    ) -> list[Rejection]:
        """What was refused, in the order of files and rows. Raises InvalidInput and NotFound."""
        check_limit(limit, offset)
        of_import = import_rejections.c.import_id == import_id
        query = select(import_rejections).where(of_import).limit(limit).offset(offset)
        ordered = query.order_by(import_rejections.c.file, import_rejections.c.row)
        with self._database.read() as connection:
            find(connection, imports, "import", import_id, user_id=user_id)
            rows = connection.execute(ordered).mappings()
            return [Rejection(row["file"], row["row"], row["reason"]) for row in rows]

    def undo(self, user_id: str, import_id: str) -> Undone:
        """Remove its examples that no other row names, such as a snapshot's. Raises NotFound."""
        of_import = and_(examples.c.user_id == user_id, examples.c.import_id == import_id)
        with self._database.write() as connection:
            find(connection, imports, "import", import_id, user_id=user_id, lock=True)
            gone = connection.execute(
                delete(examples).where(of_import, examples.c.id.not_in(_named()))
            ).rowcount
            staying = connection.execute(
                select(func.count()).select_from(examples).where(of_import)
            ).scalar_one()
            connection.execute(
                update(imports).where(imports.c.id == import_id).values(undone_at=now())
            )
            return Undone(gone, staying)

    def _text_pages(self, user_id: str) -> Iterator[Sequence[tuple[str, str]]]:
        pair = select(examples.c.id, examples.c.prompt, examples.c.completion)
        query = pair.where(examples.c.user_id == user_id, examples.c.erased_at.is_(None))
        last: str | None = ""
        while last is not None:
            page = query.where(examples.c.id > last).order_by(examples.c.id).limit(_PAGE)
            with self._database.read() as connection:
                rows = connection.execute(page).all()
            yield [(prompt, completion) for _, prompt, completion in rows]
            last = rows[-1][0] if len(rows) == _PAGE else None

    def list(self, user_id: str, limit: int = 20, offset: int = 0) -> list[Import]:
        """The user's imports. Raises InvalidInput."""
        check_limit(limit, offset)
        query = (
            select(imports)
            .where(imports.c.user_id == user_id)
            .order_by(imports.c.created_at.desc(), imports.c.id.desc())
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [_import_from(row) for row in rows]


def _named() -> Select[Any]:
    """The ids of all examples that rows of any table hold on to."""
    holders = [
        table.c[key.parent.name]
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "examples.id"
    ]
    named = union_all(*(select(each.label("id")).where(each.is_not(None)) for each in holders))
    return select(named.subquery().c.id)


def _import_from(row: RowMapping) -> Import:
    return Import(
        id=row["id"],
        user_id=row["user_id"],
        created_at=row["created_at"],
        prompts=row["prompts"],
        files=tuple(FileReport(**report) for report in row["reports"]),
        note=row["note"],
        undone_at=row["undone_at"],
    )
