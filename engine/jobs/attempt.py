"""One attempt at a job: what the running work asks now and then, how far a job is, and its end.

An attempt ends without a word when its process is killed. A job that takes its process down each time must
not do so for ever: its row says how far it was when its last attempt began, and one that got no further
since then (a recorded slot, a checkpoint), MAX_ATTEMPTS times in a row, is set aside.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from engine.cancelling import ASK_SECONDS
from engine.domain.job import Job, JobKind
from engine.errors import StorageUnavailable
from engine.store import Store
from engine.training.checkpoints import FOLDER, MANIFEST, checkpoints_in, step_of
from engine.training.parent import LAST_LINES, log_tail
from engine.training.process import RESULT_FILE, TrainingProcess

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_ATTEMPTS = 3
AGAIN_SECONDS = 5.0


class Attempt:
    """Answers from the job's row, read at most every ASK_SECONDS, for any thread.

    `trainer` is the worker's process for trainings.
    """

    def __init__(self, store: Store, job: Job, trainer: TrainingProcess | None = None) -> None:
        self.trainer = trainer
        self._jobs = store.jobs
        self._job = job
        self._lock = threading.Lock()
        self._asked = 0.0

    def cancelled(self) -> bool:
        """Whether a person asked for the stop."""
        return self._look().cancel_requested

    def stop_asked(self) -> bool:
        """Whether a person wants a training to end with what it has."""
        return self._look().stop_requested

    def _look(self) -> Job:
        with self._lock:
            if time.monotonic() - self._asked >= ASK_SECONDS:
                self._job = self._jobs.get(self._job.id)
                self._asked = time.monotonic()
            return self._job


def counting(store: Store, job: Job, done: int = 0) -> Callable[[], None]:
    """Count one more done on the job at each call, from `done` on. Threads take turns, so that the last
    count written is the highest."""
    turn, number = threading.Lock(), itertools.count(done + 1)

    def one_more() -> None:
        with turn:
            store.jobs.progress(job.id, done=next(number))

    return one_more


def progress_of(store: Store, home: Path, job: Job) -> int:
    """A number that grows whenever a job gets further, and falls when what it had reached was lost."""
    if job.kind.fills_slots or job.kind is JobKind.TWO_PHASE:
        return len(store.outcomes.done(job.id))
    if job.kind in (JobKind.IMPORT, JobKind.AUGMENT):
        return store.jobs.get(job.id).done
    if job.kind is JobKind.EVALUATION:
        return store.evaluations.count(job.user_id)
    folder = run_folder(home, job)
    found = [path for path in checkpoints_in(folder / FOLDER) if (path / MANIFEST).exists()]
    measured = store.evaluations.count(job.user_id)
    return max(map(step_of, found), default=0) + (folder / RESULT_FILE).exists() + measured


def last_words(home: Path, job: Job) -> str:
    """The last lines of a training's log; an auto-training has none of its own."""
    return log_tail(run_folder(home, job), LAST_LINES) if job.kind is JobKind.TRAINING else ""


def run_folder(home: Path, job: Job) -> Path:
    """Where `run_training` keeps the files of this job."""
    return home / "runs" / job.user_id / job.id


def written(write: Callable[[], T]) -> T:
    """What `write` gives, called again for as long as the database takes nothing: a job whose end is not
    written down would be run again."""
    while True:
        try:
            return write()
        except StorageUnavailable as error:
            log.warning("the end of a job is not written yet: %s", error)
            time.sleep(AGAIN_SECONDS)
