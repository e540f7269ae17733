"""The worker process: `python -m engine.jobs.worker`.

Runs durable jobs, one auto-training and one training at a time, and ends when its stdin closes or
at SIGTERM. Ending it at any moment is safe: what was running is run again by the next worker, which
goes on from what is recorded. One worker a home folder; one a database when that is Postgres.
"""

from __future__ import annotations

import itertools
import logging
import os
import signal
import sys
import threading

from dbos import DBOS, DBOSPortableJSONSerializer

from engine.bootstrap import open_engine
from engine.domain.job import JobKind
from engine.engine import Engine
from engine.jobs.queue import (
    APPLICATION,
    APPLICATION_VERSION,
    AT_ONCE,
    QUEUES,
    WORKFLOWS,
    JobQueue,
    queue_url,
)
from engine.jobs.work import Runner
from engine.lock import hold_lock
from models.lifeline import end_with_parent

log = logging.getLogger(__name__)

# Stable, so that the next worker takes over what this one was running.
EXECUTOR_ID = "zega-worker"
RECONCILE_SECONDS = 2.0
TRAININGS_ROUNDS = 3  # who has enough for a training is asked every six seconds
PRUNE_ROUNDS = 900  # half an hour
POLL_SECONDS = 0.5


def launch(url: str, runner: Runner) -> None:
    """Start DBOS with our two workflows and queues; it takes up what was interrupted."""
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": url,
            "application_version": APPLICATION_VERSION,
            "executor_id": EXECUTOR_ID,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        }
    )

    # Attempts are counted by our own rows: DBOS's limit counts every dispatch.
    # What was handed in is worth one turn of its kind; whose turn it is then, our rows say.
    @DBOS.workflow(name=WORKFLOWS[JobKind.AUTO_TRAIN], max_recovery_attempts=None)
    def auto_train(job_id: str) -> None:
        runner.take_turn(JobKind.AUTO_TRAIN)

    @DBOS.workflow(name=WORKFLOWS[JobKind.TRAINING], max_recovery_attempts=None)
    def train(job_id: str) -> None:
        runner.take_turn(JobKind.TRAINING)

    @DBOS.workflow(name=WORKFLOWS[JobKind.IMPORT], max_recovery_attempts=None)
    def take_in(job_id: str) -> None:
        runner.take_turn(JobKind.IMPORT)

    @DBOS.workflow(name=WORKFLOWS[JobKind.SYNTHESIS], max_recovery_attempts=None)
    def synthesize(job_id: str) -> None:
        runner.take_turn(JobKind.SYNTHESIS)

    @DBOS.workflow(name=WORKFLOWS[JobKind.TWO_PHASE], max_recovery_attempts=None)
    def two_phase(job_id: str) -> None:
        runner.take_turn(JobKind.TWO_PHASE)

    @DBOS.workflow(name=WORKFLOWS[JobKind.AUGMENT], max_recovery_attempts=None)
    def reword(job_id: str) -> None:
        runner.take_turn(JobKind.AUGMENT)

    @DBOS.workflow(name=WORKFLOWS[JobKind.EVALUATION], max_recovery_attempts=None)
    def evaluate(job_id: str) -> None:
        runner.take_turn(JobKind.EVALUATION)

    DBOS.launch()
    for kind, name in QUEUES.items():
        DBOS.register_queue(
            name,
            worker_concurrency=AT_ONCE.get(kind, 1),
            polling_interval_sec=POLL_SECONDS,
            on_conflict="always_update",
        )


def keep_reconciled(engine: Engine, queue: JobQueue) -> None:
    """Start, now and every RECONCILE_SECONDS, what starts by itself, hand in the jobs that DBOS does
    not know, let it forget what is over now and then, remove files of imports that have ended, and
    finish erasures that were interrupted. Never returns."""
    wait = threading.Event()
    for number in itertools.count():
        try:
            for job in engine.automation.look(trainings=number % TRAININGS_ROUNDS == 0):
                log.info("job %s (%s) started by itself", job.id, job.kind.value)
        except Exception:  # as below; what is due stays due
            log.exception("what starts by itself could not be looked for")
        try:
            if number % PRUNE_ROUNDS == 0:
                queue.prune()
            for job_id in queue.reconcile(engine.store.jobs.unfinished()):
                log.info("job %s was handed in by the worker", job_id)
        except Exception:  # the database may be away for a while; the worker must not be
            log.exception("the queue could not be compared with the jobs")
        try:
            engine.imports.sweep()
        except Exception:  # as above
            log.exception("the files of ended imports could not be removed")
        try:
            engine.lineage.finish_erasures()
        except Exception:  # as above; what was erased stays erased, and the rest is tried again
            log.exception("an erasure could not be finished")
        wait.wait(RECONCILE_SECONDS)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    engine = open_engine()
    runner = Runner(engine)
    lock = hold_lock(engine.settings.home / "worker.lock", "The worker")
    end_with_parent(runner.forgive)
    code = 1
    try:
        url = queue_url(engine.settings)
        launch(url, runner)
        log.info("the worker is ready")
        keep_reconciled(engine, JobQueue(url))
    except SystemExit:
        runner.forgive()
        code = 0
    except Exception:
        log.exception("the worker could not start")
    lock.close()
    # Not sys.exit: it would wait for the job that is running, which is safe to leave.
    os._exit(code)


if __name__ == "__main__":
    main()
