"""Imports: files become examples, shown before anything is saved, and can be taken back.

The files of an import lie in the home folder until its job has ended. What the job does with them is
`taking_in.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.data.choices import Choices
from engine.data.laid_down import clear, lay_down, sweep, taken_up
from engine.data.pairs import Prompts
from engine.data.preview import ImportPreview, preview_of
from engine.data.readers import Upload, check_files
from engine.data.taking_in import TakingIn
from engine.domain.example import Author
from engine.domain.imports import Import, Rejection, Undone
from engine.domain.job import Job, JobKind, JobState
from engine.errors import StorageUnavailable, WrongState
from engine.kinds import Kinds
from engine.quality.score import Scorer
from engine.store import Store
from engine.teaching import Teachers

log = logging.getLogger(__name__)

# While the database takes nothing, an import waits: it would lose the files that are not taken yet.
TRIES = 20
AGAIN_SECONDS = 5.0


class Imports:
    """All verbs. `start` makes a job of a request and hands it to the worker."""

    def __init__(
        self,
        home: Path,
        store: Store,
        kinds: Kinds,
        teachers: Teachers,
        scorer: Callable[[], Scorer],
        start: Callable[[str, JobKind, dict[str, object]], Job],
    ) -> None:
        self._home = home
        self._store = store
        self._kinds = kinds
        self._teachers = teachers
        self._scorer = scorer
        self._start = start

    # Taking in

    def preview(
        self,
        user_id: str,
        files: Sequence[Upload],
        *,
        prompts: str = Prompts.CONTINUATION,
        author: str = Author.TEACHER,
        kind: str = "stories",
        genre: str | None = None,
    ) -> ImportPreview:
        """What these files would give; nothing is saved. Files that cannot be read are in it, named.

        Raises `InvalidInput` for a choice there is not, and for too many files or too large ones.
        """
        choices = Choices.checked(prompts, author, self._kinds.get(kind), genre)
        known = self._store.imports.known_texts(user_id)
        found = preview_of(check_files(files), choices, self._scorer(), known)
        asks = choices.prompts is Prompts.TEACHER
        return ImportPreview(found, self._teachers.sends_to(user_id) if asks else "")

    def add(
        self,
        user_id: str,
        files: Sequence[Upload],
        *,
        prompts: str = Prompts.CONTINUATION,
        author: str = Author.TEACHER,
        kind: str = "stories",
        genre: str | None = None,
    ) -> Import:
        """Take the files in. The worker does it: follow the job that has the import's id.

        Raises like `preview`.
        """
        choices = Choices.checked(prompts, author, self._kinds.get(kind), genre)
        checked = check_files(files)
        self._store.users.ensure(user_id)
        self.sweep()
        names = [file.name for file in checked]
        folder = lay_down(self._home, checked)
        request = {**choices.as_request(), "names": names, "folder": folder}
        job = self._start(user_id, JobKind.IMPORT, request)
        return self._store.imports.begin(user_id, job.id, choices.prompts, names)

    def run(self, job: Job, *, cancelled: Callable[[], bool]) -> dict[str, Any]:
        """What the worker does for the job of an import; may be called again. Raises `Cancelled`.

        However it ends, its files are gone then; a process that is killed leaves them to the next.
        """
        try:
            done = self._run(job, cancelled)
        except Exception:
            clear(self._home, job.request["folder"])
            raise
        clear(self._home, job.request["folder"])
        return {"read": done.read, "accepted": done.accepted, "rejected": done.rejected}

    def _run(self, job: Job, cancelled: Callable[[], bool]) -> Import:
        tries = 1
        while True:
            try:
                return self._work(job, cancelled).run()
            except StorageUnavailable as error:
                if tries == TRIES:
                    raise
                log.warning("import %s waits: %s", job.id, error)
            tries += 1
            time.sleep(AGAIN_SECONDS)

    def _work(self, job: Job, cancelled: Callable[[], bool]) -> TakingIn:
        request = job.request
        choices = Choices.checked(
            request["prompts"],
            request["author"],
            self._kinds.find(request["kind"]),
            request["genre"],
        )
        found = self._store.imports.begin(job.user_id, job.id, choices.prompts, request["names"])
        teacher = None
        if choices.prompts is Prompts.TEACHER:
            teacher = self._teachers.model_for(job.user_id, len, job_id=job.id, give_up=cancelled)
        return TakingIn(
            self._store,
            self._scorer(),
            choices,
            found,
            lambda place: taken_up(self._home, request["folder"], place, request["names"][place]),
            teacher=teacher,
            in_flight=self._teachers.in_flight(job.user_id),
            cancelled=cancelled,
        )

    def sweep(self) -> None:
        """Remove the files of imports that have ended without their turn, or never began."""
        sweep(self._home, self._store)

    # Looking

    def get(self, user_id: str, import_id: str) -> Import:
        """One import as it is now. Raises `NotFound`."""
        return self._store.imports.get(user_id, import_id)

    def rejections(
        self, user_id: str, import_id: str, *, limit: int = 100, offset: int = 0
    ) -> list[Rejection]:
        """Rows that were refused, each with its file, its number and the reason. Raises `NotFound`."""
        return self._store.imports.rejections(user_id, import_id, limit, offset)

    # Taking back

    def undo(self, user_id: str, import_id: str) -> Undone:
        """Remove the examples of an import. What a training set, an export or a decision holds stays.

        Raises `NotFound`, and `WrongState` while it is still being taken in.
        """
        self._store.imports.get(user_id, import_id)
        job = self._store.jobs.get_for(user_id, import_id)
        if not job.state.is_final:
            ended = [JobState.SUCCEEDED, JobState.CANCELLED, JobState.FAILED]
            raise WrongState("import", job.state, "be undone", [each.value for each in ended])
        return self._store.imports.undo(user_id, import_id)

    def list(self, user_id: str, *, limit: int = 20, offset: int = 0) -> list[Import]:
        """Imports, newest first."""
        return self._store.imports.list(user_id, limit, offset)
