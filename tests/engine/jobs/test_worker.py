"""The worker as a real process: jobs survive its death and obey a cancel."""

from __future__ import annotations

import itertools

from sqlalchemy import func, select

from engine.domain.job import JobState
from engine.store.tables import examples, outcomes
from tests.fake_llamacpp import fake_llamacpp
from tests.processes import Home, kill, wait_for

SLOTS = 14


def slots_recorded(home: Home, job_id: str) -> int:
    return len(home.engine.store.outcomes.done(job_id))


def test_a_job_enqueued_before_any_worker_survives_a_kill(home: Home) -> None:
    """Enqueued before the queue's tables exist, killed in the middle: each slot is there once."""
    job = home.engine.start_auto_train("anna", SLOTS)
    assert not (home.folder / "jobs.db").exists()
    with fake_llamacpp(delay=0.004) as teacher:
        home.publish(teacher)
        worker = home.start_worker()
        wait_for("a slot to be recorded", lambda: slots_recorded(home, job.id) > 0)
        kill(worker)
        between = slots_recorded(home, job.id)
        assert 0 < between < SLOTS
        assert home.state(job.id) == "running"
        home.start_worker()
        wait_for("the job to end", lambda: home.state(job.id) != "running")
    ended = home.engine.store.jobs.get(job.id)
    assert ended.state is JobState.SUCCEEDED
    assert (ended.done, ended.total) == (SLOTS, SLOTS)
    assert ended.result["total_requested"] == SLOTS
    assert ended.result["failed"] == 0
    assert home.engine.store.outcomes.done(job.id) == set(range(SLOTS))
    with home.engine.store.database.read() as connection:
        rows = connection.execute(select(func.count()).select_from(outcomes)).scalar_one()
        kept = connection.execute(select(examples.c.plan_index)).scalars().all()
    assert rows == SLOTS
    assert len(kept) == len(set(kept)) == ended.result["kept"] > 0


def test_cancelling(home: Home) -> None:
    """A queued job is cancelled at once, a running one soon; what was recorded stays."""
    with fake_llamacpp(delay=0.01) as teacher:
        home.publish(teacher)
        running = home.engine.start_auto_train("anna", 40)
        queued = home.engine.start_auto_train("anna", 5)
        home.start_worker()
        wait_for("a slot to be recorded", lambda: slots_recorded(home, running.id) > 0)
        assert home.state(queued.id) == "queued"  # one auto-training at a time
        assert home.engine.cancel("anna", queued.id).state is JobState.CANCELLED
        home.engine.cancel("anna", running.id)
        wait_for("the cancel", lambda: home.state(running.id) == "cancelled", seconds=30)
        recorded = slots_recorded(home, running.id)
        assert 0 < recorded < 40
        after = home.engine.start_auto_train("anna", 2)
        teacher.script.delay = 0.0
        wait_for("the next job", lambda: home.state(after.id) == "succeeded")
    assert slots_recorded(home, running.id) == recorded
    assert slots_recorded(home, queued.id) == 0
    assert home.state(queued.id) == "cancelled"


def test_a_restarting_model_server_fails_no_slot(home: Home) -> None:
    """Nobody answering, errors and broken streams end in retries, not in failed slots."""
    job = home.engine.start_auto_train("anna", 6)
    home.start_worker()
    wait_for("the start", lambda: home.engine.store.jobs.get(job.id).total == 6)
    assert home.engine.store.serving.current() is None
    with fake_llamacpp(errors=3, cuts=3) as teacher:
        home.publish(teacher)
        wait_for("the job to end", lambda: home.engine.store.jobs.get(job.id).state.is_final)
    ended = home.engine.store.jobs.get(job.id)
    assert ended.state is JobState.SUCCEEDED
    assert ended.result["failed"] == 0
    assert len(teacher.requests) >= 6 + 3 + 3


def test_jobs_run_in_the_order_they_were_moved_to_across_a_kill(home: Home) -> None:
    """Three wait, the last is moved to the front; it comes next, whatever becomes of the worker."""
    jobs = home.engine.store.jobs
    with fake_llamacpp(delay=0.004) as teacher:
        home.publish(teacher)
        running = home.engine.start_auto_train("anna", SLOTS)
        first, second, third = [home.engine.start_auto_train("anna", 1) for _ in range(3)]
        worker = home.start_worker()
        wait_for("a slot to be recorded", lambda: slots_recorded(home, running.id) > 0)
        home.engine.overview.move("anna", third.id, "front")
        home.engine.overview.move("anna", first.id, "back")
        kill(worker)
        assert home.state(running.id) == "running"
        home.start_worker()
        wait_for("all to end", lambda: home.engine.store.jobs.unfinished() == [])
    ended = [jobs.get(job.id) for job in (running, third, second, first)]
    assert [job.state for job in ended] == [JobState.SUCCEEDED] * 4
    for before, after in itertools.pairwise(ended):
        assert before.finished_at is not None
        assert after.started_at is not None
        assert before.finished_at <= after.started_at


def test_a_job_that_outlasts_every_wait_runs_once(home: Home) -> None:
    """Ten times as long as the worker looks for jobs, prunes and asks for turns."""
    jobs = [home.engine.start_auto_train("anna", 1) for _ in range(2)]
    home.start("tests.engine.jobs.hasty")
    for job in jobs:
        wait_for("its end", lambda job=job: home.engine.store.jobs.get(job.id).state.is_final)
        ended = home.engine.store.jobs.get(job.id)
        assert (ended.state, ended.attempts) == (JobState.SUCCEEDED, 1)
    begun = (home.folder / "begun").read_text(encoding="utf-8").split()
    assert begun == [job.id for job in jobs]
