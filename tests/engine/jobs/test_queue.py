"""The queue beside the jobs: what is enqueued when, and that nothing runs twice or is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos import DBOS, DBOSClient

from engine.domain.job import Job, JobKind
from engine.jobs.queue import JobQueue, queue_url
from engine.settings import Settings
from tests.processes import Home


@pytest.fixture
def queue(home: Home) -> Iterator[JobQueue]:
    opened = JobQueue(queue_url(home.engine.settings))
    yield opened
    opened.close()


def make_job(home: Home) -> Job:
    return home.engine.store.jobs.create("anna", JobKind.AUTO_TRAIN, {"num_examples": 1})


def make_tables(home: Home) -> None:
    """What a worker's first start does to the queue's database."""
    DBOS.migrate(queue_url(home.engine.settings))


def enqueued(home: Home) -> list[tuple[str, str, str, str]]:
    client = DBOSClient(system_database_url=queue_url(home.engine.settings))
    try:
        rows = client.list_workflows(load_input=True)
        return [(r.workflow_id, r.name, r.queue_name or "", r.status) for r in rows]
    finally:
        client.destroy()


def test_enqueuing_before_the_tables_exist_leaves_the_job_waiting(
    home: Home, queue: JobQueue
) -> None:
    job = make_job(home)
    queue.enqueue(job)
    assert not (home.folder / "jobs.db").exists()
    (home.folder / "jobs.db").touch()  # a worker is about to make them
    queue.enqueue(job)
    make_tables(home)
    assert enqueued(home) == []
    assert queue.reconcile(home.engine.store.jobs.unfinished()) == [job.id]
    assert enqueued(home) == [(job.id, "auto_train", "auto_train", "ENQUEUED")]


def test_enqueuing_twice_is_one_run(home: Home, queue: JobQueue) -> None:
    make_tables(home)
    job = make_job(home)
    queue.enqueue(job)
    queue.enqueue(job)
    assert queue.reconcile(home.engine.store.jobs.unfinished()) == []
    assert len(enqueued(home)) == 1


def test_a_run_that_ended_without_ending_its_job_is_handed_in_again(
    home: Home, queue: JobQueue
) -> None:
    make_tables(home)
    job = make_job(home)
    queue.enqueue(job)
    client = DBOSClient(system_database_url=queue_url(home.engine.settings))
    client.cancel_workflow(job.id)
    client.destroy()
    assert queue.reconcile(home.engine.store.jobs.unfinished()) == [job.id]
    assert [row[3] for row in enqueued(home)] == ["ENQUEUED"]


def test_what_is_over_is_forgotten_and_what_waits_stays(home: Home, queue: JobQueue) -> None:
    make_tables(home)
    over, waiting = make_job(home), make_job(home)
    queue.enqueue(over)
    queue.enqueue(waiting)
    client = DBOSClient(system_database_url=queue_url(home.engine.settings))
    client.cancel_workflow(over.id)
    client.destroy()
    assert queue.prune() == 1
    assert [row[0] for row in enqueued(home)] == [waiting.id]
    assert queue.prune() == 0
    # Its turn went to another job, say: as long as its row waits, it gets a new one.
    assert queue.reconcile(home.engine.store.jobs.unfinished()) == [over.id]


def test_inputs_are_json_and_never_pickle(home: Home, queue: JobQueue) -> None:
    make_tables(home)
    job = make_job(home)
    queue.enqueue(job)
    client = DBOSClient(system_database_url=queue_url(home.engine.settings))
    stored = client._sys_db.get_workflow_status(job.id)
    client.destroy()
    assert stored is not None
    assert stored["serialization"] == "portable_json"
    assert job.id in str(stored["inputs"])


def test_the_queue_lies_beside_the_database(tmp_path: Path) -> None:
    postgres = "postgresql://zega@localhost/zega"
    assert queue_url(Settings(home=tmp_path)) == f"sqlite:///{tmp_path.resolve() / 'jobs.db'}"
    assert queue_url(Settings(home=tmp_path, database_url="sqlite:////elsewhere.db")).endswith(
        "jobs.db"
    )
    assert queue_url(Settings(home=tmp_path, database_url=postgres)) == postgres
