"""The queue of durable jobs, kept by DBOS in a database of its own.

Our `jobs` table is the truth: a job is queued because its row says so, and runs in the order of the
rows (`engine/store/workload.py`). DBOS only gives turns, one after the other, and gives one again that
a crash interrupted: a job that is handed in is one turn of its kind, not necessarily its own. So
enqueuing may fail or come too early (before a worker ever made DBOS's tables): the worker's
`reconcile` hands in whatever is missing. Nothing here knows what a job does. Light: DBOS is imported
at the first use.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from engine.domain.job import Job, JobKind
from engine.settings import Settings

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

log = logging.getLogger(__name__)

APPLICATION = "zega"
# Pinned: by default DBOS hashes the code, and a job would wait forever for the code it began with.
APPLICATION_VERSION = "1"

QUEUES = {
    JobKind.AUTO_TRAIN: "auto_train",
    JobKind.TRAINING: "training",
    JobKind.IMPORT: "import",
    JobKind.SYNTHESIS: "synthesis",
    JobKind.TWO_PHASE: "two_phase",
    JobKind.AUGMENT: "augment",
    JobKind.EVALUATION: "evaluation",
}
WORKFLOWS = {
    JobKind.AUTO_TRAIN: "auto_train",
    JobKind.TRAINING: "train",
    JobKind.IMPORT: "take_in",
    JobKind.SYNTHESIS: "synthesize",
    JobKind.AUGMENT: "reword",
    JobKind.TWO_PHASE: "two_phase",
    JobKind.EVALUATION: "evaluate",
}
# Jobs of a kind that run at once, 1 where nothing else is said. Those in two phases mostly wait for people.
AT_ONCE = {JobKind.TWO_PHASE: 16}

_WAITING_OR_RUNNING = ("ENQUEUED", "DELAYED", "PENDING")
_OVER = ("SUCCESS", "ERROR", "CANCELLED")
PRUNED = 1000


def queue_url(settings: Settings) -> str:
    """DBOS's database: a SQLite file in the home folder, or the Postgres that holds all the rest.

    In Postgres its tables lie in a schema of their own (`dbos`).
    """
    if settings.database_url and make_url(settings.database_url).get_backend_name() != "sqlite":
        return settings.database_url
    return f"sqlite:///{settings.home.resolve() / 'jobs.db'}"


class JobQueue:
    """Hands jobs to the worker, from whatever process. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._client: DBOSClient | None = None

    def enqueue(self, job: Job) -> None:
        """Hand the job in; a second time changes nothing. When that fails, `reconcile` does it."""
        if not self._may_exist():
            return
        try:
            self._hand_in(job)
        except (SQLAlchemyError, OSError) as error:
            log.warning("job %s waits for the worker to find it: %s", job.id, error)

    def reconcile(self, unfinished: Sequence[Job]) -> list[str]:
        """Hand in every unfinished job that no run of DBOS stands for; their ids.

        That is a job enqueued before DBOS's tables were there, one whose queue file was lost, and
        one whose run ended without ending the job. Raises SQLAlchemyError.
        """
        if not unfinished:
            return []
        runs = self._open().list_workflows(
            workflow_ids=[job.id for job in unfinished], load_input=False, load_output=False
        )
        status = {run.workflow_id: run.status for run in runs}
        missing = [job for job in unfinished if status.get(job.id) not in _WAITING_OR_RUNNING]
        for job in missing:
            if job.id in status:
                self._open().delete_workflow(job.id)
            self._hand_in(job)
        return [job.id for job in missing]

    def prune(self) -> int:
        """Forget up to PRUNED turns that are over; how many. Raises SQLAlchemyError.

        What came of a job is in its row. One that still waits for a turn gets a new one.
        """
        over = self._open().list_workflows(
            status=list(_OVER), limit=PRUNED, load_input=False, load_output=False
        )
        if over:
            self._open().delete_workflows([run.workflow_id for run in over])
        return len(over)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.destroy()
            self._client = None

    def _hand_in(self, job: Job) -> None:
        options: EnqueueOptions = {
            "workflow_name": WORKFLOWS[job.kind],
            "queue_name": QUEUES[job.kind],
            "workflow_id": job.id,
            "app_version": APPLICATION_VERSION,
        }
        self._open().enqueue(options, job.id)

    def _may_exist(self) -> bool:
        """False while the SQLite file is missing: connecting would leave an empty one behind."""
        path = make_url(self._url).database if self._url.startswith("sqlite") else None
        return path is None or Path(path).exists()

    def _open(self) -> DBOSClient:
        with self._lock:
            if self._client is None:
                from dbos import DBOSClient, DBOSPortableJSONSerializer

                self._client = DBOSClient(
                    system_database_url=self._url,
                    serializer=DBOSPortableJSONSerializer(),
                    application_name=APPLICATION,
                    lazy=True,
                    retry_connection_errors=False,
                )
            return self._client
