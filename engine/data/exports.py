"""A user's exports: written where a person wants them, or as one file for a door; each is remembered."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.calibration.threshold import threshold_of
from engine.data.export import FORMS, Form, each_of
from engine.domain.example import Source
from engine.domain.export import Export, Selection, Which
from engine.errors import InvalidInput
from engine.kinds import Kinds
from engine.store import Store


class Exports:
    """All verbs. Every export is of one user's examples."""

    def __init__(self, home: Path, store: Store, kinds: Kinds, *, threshold: float) -> None:
        self._home = home
        self._store = store
        self._kinds = kinds
        self._threshold = threshold

    def count(self, user_id: str, selection: Selection) -> int:
        """How many examples an export would hold."""
        return self._store.exports.count(
            user_id, selection, threshold=threshold_of(self._store, user_id, self._threshold)
        )

    def write(self, user_id: str, format: str, path: Path, selection: Selection) -> Export:
        """Write examples to this file, or into this folder where the form has several files.

        Files appear whole, over earlier ones. Raises `InvalidInput` for a form there is not, a
        selection without examples and a place that cannot be written.
        """
        form = form_of(format)
        single = len(form.files) == 1
        try:
            (path.parent if single else path).mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=".zega-", dir=path.parent) as folder:
                ids = self._fill(Path(folder), user_id, form, selection)
                for name in form.files:
                    target = path if single else path / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(Path(folder) / name, target)
        except OSError as error:
            raise InvalidInput("out", f"{path} cannot be written: {error.strerror}") from error
        place = str(path.resolve())
        return self._store.exports.add(user_id, format=format, place=place, example_ids=ids)

    @contextmanager
    def as_file(
        self, user_id: str, format: str, selection: Selection, *, place: str
    ) -> Iterator[Path]:
        """One file to hand out, a zip where the form has several; gone when the block ends.

        `place` says where it goes, to be remembered. Raises like `write`.
        """
        form = form_of(format)
        with TemporaryDirectory(prefix=".export-", dir=self._home) as temporary:
            folder = Path(temporary)
            ids = self._fill(folder, user_id, form, selection)
            path = folder / form.files[0]
            if len(form.files) > 1:
                path = folder / f"{format}.zip"
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name in form.files:
                        archive.write(folder / name, name)
            self._store.exports.add(user_id, format=format, place=place, example_ids=ids)
            yield path

    def _fill(self, folder: Path, user_id: str, form: Form, selection: Selection) -> list[str]:
        """Write the form's files into the folder; the ids of what is in them."""
        if not self.count(user_id, selection):
            raise InvalidInput(
                "selection", "has no examples: choose others, or write and keep some first"
            )
        pages = self._store.exports.pages(
            user_id, selection, threshold=threshold_of(self._store, user_id, self._threshold)
        )
        ids: list[str] = []
        form.write(each_of(pages, ids), folder, self._kinds)
        shutil.rmtree(folder / "cache", ignore_errors=True)
        return ids

    def list(self, user_id: str, *, limit: int = 20) -> list[Export]:
        """The newest exports."""
        return self._store.exports.list(user_id, limit=limit)


def form_of(name: str) -> Form:
    """Raises `InvalidInput`."""
    if name not in FORMS:
        raise InvalidInput("format", f"must be of {', '.join(FORMS)}; got {name!r}")
    return FORMS[name]


def selection_of(
    *,
    which: str = "kept",
    kind: str | None = None,
    genre: str | None = None,
    source: str | None = None,
    job_id: str | None = None,
) -> Selection:
    """A selection from names that come from outside. Raises `InvalidInput`."""
    if which not in list(Which):
        raise InvalidInput("which", f"must be of {', '.join(Which)}; got {which!r}")
    if source is not None and source not in list(Source):
        raise InvalidInput("source", f"must be of {', '.join(Source)}; got {source!r}")
    return Selection(Which(which), kind, genre, Source(source) if source else None, job_id)
