"""One attempt at a job: what the running work asks now and then, and when to give a job up.

An attempt ends without a word when its process is killed. A job that takes its process down each
time must not do so for ever, so attempts without progress are counted on the job's row; whatever is
new since the attempt began (a recorded slot, a checkpoint) starts the count again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.domain.job import Job, JobKind
from engine.store import Store
from engine.training.child import RESULT_FILE
from engine.training.parent import log_tail

MAX_ATTEMPTS = 3
ASK_SECONDS = 0.3
TAIL_LINES = 5


class Attempt:
    """Answers `cancelled()` from the job's row, read at most every ASK_SECONDS, for any thread."""

    def __init__(self, store: Store, job: Job, progress: Callable[[], int]) -> None:
        self._jobs = store.jobs
        self._job_id = job.id
        self._progress = progress
        self._before: int | None = progress()
        self._lock = threading.Lock()
        self._asked = 0.0
        self._cancelled = False

    def cancelled(self) -> bool:
        """Whether a person asked for the stop."""
        with self._lock:
            if not self._cancelled and time.monotonic() - self._asked >= ASK_SECONDS:
                self._cancelled = self._jobs.cancel_requested(self._job_id)
                self._note_progress()
                self._asked = time.monotonic()
            return self._cancelled

    def _note_progress(self) -> None:
        if self._before is not None and self._progress() > self._before:
            self._jobs.reset_attempts(self._job_id)
            self._before = None


def progress_of(store: Store, home: Path, job: Job) -> int:
    """A number that grows whenever a job got further than it ever was."""
    if job.kind.fills_slots or job.kind is JobKind.TWO_PHASE:
        return len(store.outcomes.done(job.id))
    if job.kind in (JobKind.IMPORT, JobKind.AUGMENT):
        return store.jobs.get(job.id).done
    folder = run_folder(home, job)
    names = [path.parent.name for path in folder.glob("checkpoints/checkpoint-*/manifest.json")]
    steps = [int(name.rpartition("-")[2]) for name in names]
    return max(steps, default=0) + (folder / RESULT_FILE).exists()


def last_words(home: Path, job: Job) -> str:
    """The last lines of a training's log; an auto-training has none of its own."""
    return log_tail(run_folder(home, job), TAIL_LINES) if job.kind is JobKind.TRAINING else ""


def run_folder(home: Path, job: Job) -> Path:
    """Where `run_training` keeps the files of this job."""
    return home / "runs" / job.user_id / job.id
