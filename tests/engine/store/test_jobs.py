"""Jobs: states only go forward, and a final one never changes again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.domain.job import Job, JobKind, JobState
from engine.errors import InvalidInput, NotFound, WrongState
from engine.store import Store

ENDINGS: dict[JobState, Callable[[Store, str], Job]] = {
    JobState.SUCCEEDED: lambda store, job_id: store.jobs.succeed(job_id, {"kept": 5}),
    JobState.FAILED: lambda store, job_id: store.jobs.fail(job_id, "no_model", "No model."),
    JobState.CANCELLED: lambda store, job_id: store.jobs.cancelled(job_id),
}


def test_a_new_job_is_queued(store: Store) -> None:
    request = {"num_examples": 5, "genres": ["horror"]}
    job = store.jobs.create("anna", JobKind.TRAINING, request)
    assert (job.user_id, job.kind, job.state) == ("anna", JobKind.TRAINING, JobState.QUEUED)
    assert (job.request, job.result, job.attempts, job.stage) == (request, {}, 0, "")
    assert (job.done, job.total, job.cancel_requested) == (0, 0, False)
    assert (job.started_at, job.finished_at) == (None, None)
    assert store.jobs.get(job.id) == store.jobs.get_for("anna", job.id) == job


def test_starting_again_counts_attempts_and_keeps_the_first_start(store: Store, make: Any) -> None:
    job_id = make.job().id
    first = store.jobs.start(job_id)
    second = store.jobs.start(job_id)
    assert (first.state, first.attempts) == (JobState.RUNNING, 1)
    assert (second.state, second.attempts) == (JobState.RUNNING, 2)
    assert first.started_at is not None
    assert second.started_at == first.started_at


def test_progress_changes_only_what_is_given(store: Store, make: Any) -> None:
    job_id = make.job().id
    store.jobs.progress(job_id, stage="Writing", total=10)
    store.jobs.progress(job_id, done=3)
    store.jobs.progress(job_id)
    job = store.jobs.get(job_id)
    assert (job.stage, job.done, job.total) == ("Writing", 3, 10)
    store.jobs.progress(job_id, stage="", done=0)
    job = store.jobs.get(job_id)
    assert (job.stage, job.done, job.total) == ("", 0, 10)


def test_the_pace_is_that_of_the_stage_at_work(store: Store, make: Any) -> None:
    job_id = make.job().id
    store.jobs.start(job_id)
    store.jobs.progress(job_id, stage="Writing", total=10)
    began = store.jobs.progress(job_id, done=4).stage_at
    assert began is not None
    job = store.jobs.progress(job_id, stage="Writing", total=10)
    assert (job.stage_at, job.stage_done) == (began, 0)
    assert job.seconds_left(began + timedelta(seconds=20)) == 30.0
    resumed = store.jobs.start(job_id)
    assert resumed.stage_at is not None
    assert (resumed.stage_done, resumed.seconds_left(resumed.stage_at)) == (4, None)
    job = store.jobs.progress(job_id, done=6)
    assert job.seconds_left(resumed.stage_at + timedelta(seconds=10)) == 20.0
    other = store.jobs.progress(job_id, stage="Comparing", done=0, total=32)
    assert other.seconds_left(resumed.stage_at + timedelta(seconds=10)) is None
    store.jobs.progress(job_id, done=32)
    assert store.jobs.get(job_id).seconds_left(datetime.now(UTC)) is None


@pytest.mark.parametrize("state", ENDINGS)
def test_endings_store_what_they_say(store: Store, make: Any, state: JobState) -> None:
    job_id = make.job().id
    store.jobs.start(job_id)
    job = ENDINGS[state](store, job_id)
    assert job.state is state
    assert job.finished_at is not None
    assert job.result == ({"kept": 5} if state is JobState.SUCCEEDED else {})
    failure = ("no_model", "No model.") if state is JobState.FAILED else ("", "")
    assert (job.error_code, job.error) == failure
    assert store.jobs.get(job_id) == job


@pytest.mark.parametrize("state", ENDINGS)
def test_a_final_state_never_changes_again(store: Store, make: Any, state: JobState) -> None:
    job_id = make.job().id
    store.jobs.start(job_id)
    final = ENDINGS[state](store, job_id)
    late: list[Callable[[], Job]] = [
        lambda: store.jobs.start(job_id),
        lambda: store.jobs.progress(job_id, stage="late", done=9, total=9),
        lambda: store.jobs.succeed(job_id, {"late": True}),
        lambda: store.jobs.fail(job_id, "late", "Late."),
        lambda: store.jobs.cancelled(job_id),
        lambda: store.jobs.request_cancel("anna", job_id),
    ]
    for call in late:
        assert call() == final
        assert store.jobs.get(job_id) == final


def test_cancelling_a_queued_job_ends_it_at_once(store: Store, make: Any) -> None:
    job = store.jobs.request_cancel("anna", make.job().id)
    assert job.state is JobState.CANCELLED
    assert job.finished_at is not None
    assert store.jobs.cancel_requested(job.id)
    assert store.jobs.start(job.id).state is JobState.CANCELLED


def test_cancelling_a_running_job_asks_it_to_stop(store: Store, make: Any) -> None:
    job_id = make.job().id
    store.jobs.start(job_id)
    assert not store.jobs.cancel_requested(job_id)
    job = store.jobs.request_cancel("anna", job_id)
    assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)
    assert store.jobs.cancel_requested(job_id)
    assert store.jobs.cancelled(job_id).state is JobState.CANCELLED


def test_lists(store: Store, make: Any) -> None:
    first, second, third = make.job(), make.job(), make.job()
    others = make.job("ben")
    store.jobs.start(second.id)
    store.jobs.succeed(third.id, {})

    def ids(jobs: list[Job]) -> list[str]:
        return [job.id for job in jobs]

    assert ids(store.jobs.list("anna")) == [third.id, second.id, first.id]
    assert ids(store.jobs.list("anna", limit=1)) == [third.id]
    assert ids(store.jobs.active("anna")) == [first.id, second.id]
    assert ids(store.jobs.unfinished()) == [first.id, second.id, others.id]
    with pytest.raises(InvalidInput):
        store.jobs.list("anna", limit=-1)


def test_unknown_jobs_and_users(store: Store) -> None:
    unknown = "0" * 32
    calls: list[Callable[[], object]] = [
        lambda: store.jobs.get(unknown),
        lambda: store.jobs.get_for("anna", unknown),
        lambda: store.jobs.start(unknown),
        lambda: store.jobs.progress(unknown, done=1),
        lambda: store.jobs.succeed(unknown, {}),
        lambda: store.jobs.fail(unknown, "code", "Message."),
        lambda: store.jobs.cancelled(unknown),
        lambda: store.jobs.request_cancel("anna", unknown),
        lambda: store.jobs.cancel_requested(unknown),
        lambda: store.jobs.create("nobody", JobKind.TRAINING, {}),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def created(store: Store, user_id: str = "anna") -> Job:
    return store.jobs.create(user_id, JobKind.TRAINING, {}, state=JobState.CREATED)


def test_a_created_job_waits_until_it_is_queued(store: Store) -> None:
    job = created(store)
    assert job.state is JobState.CREATED
    assert store.jobs.active("anna") == store.jobs.unfinished() == store.jobs.list("anna") == []
    assert store.jobs.list("anna", created=True) == [job]
    assert store.jobs.queue("anna", job.id).state is JobState.QUEUED
    assert [each.id for each in store.jobs.unfinished()] == [job.id]


def test_a_job_is_queued_once(store: Store, make: Any) -> None:
    job_id = make.job().id
    with pytest.raises(WrongState, match="is queued"):
        store.jobs.queue("anna", job_id)
    store.jobs.cancelled(job_id)
    with pytest.raises(WrongState, match="is cancelled"):
        store.jobs.queue("anna", job_id)
    assert store.jobs.get(job_id).state is JobState.CANCELLED


def test_a_created_job_is_cancelled_at_once_and_never_started_after(store: Store) -> None:
    job_id = created(store).id
    assert store.jobs.request_cancel("anna", job_id).state is JobState.CANCELLED
    with pytest.raises(WrongState):
        store.jobs.queue("anna", job_id)


def test_a_job_knows_how_many_of_its_kind_come_first(store: Store, make: Any) -> None:
    store.users.ensure("ben")
    first, _other_kind = created(store, "ben"), make.job(kind=JobKind.AUTO_TRAIN)
    second = created(store)
    assert store.jobs.ahead(second) == 0
    queued = store.jobs.queue("ben", first.id)
    assert (store.jobs.ahead(queued), store.jobs.ahead(second)) == (0, 1)
    second = store.jobs.queue("anna", second.id)
    assert (store.jobs.ahead(queued), store.jobs.ahead(second)) == (0, 1)
    store.jobs.cancelled(first.id)
    assert store.jobs.ahead(second) == 0


def test_a_job_that_is_started_late_goes_to_the_end_of_the_queue(store: Store) -> None:
    early, late = created(store), created(store)
    for job in (late, early):
        store.jobs.queue("anna", job.id)
    assert store.jobs.ahead(store.jobs.get(early.id)) == 1
    assert store.jobs.ahead(store.jobs.get(late.id)) == 0
