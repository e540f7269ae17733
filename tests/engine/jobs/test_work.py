"""What the worker does for a job's row, without a process around it."""

from __future__ import annotations

import errno
import shutil
from typing import Any

import pytest

from engine.domain.job import Job, JobKind, JobState
from engine.engine import Engine
from engine.errors import Cancelled, StorageUnavailable
from engine.jobs import attempt as attempt_module
from engine.jobs import work
from engine.jobs.attempt import MAX_ATTEMPTS, Attempt
from engine.jobs.work import Runner
from engine.store.jobs import Jobs
from engine.training.checkpoints import FOLDER, MANIFEST
from models.errors import Unavailable
from tests.fake_llamacpp import fake_llamacpp
from tests.processes import Home


def make_job(home: Home) -> Job:
    request = {"num_examples": 3, "mix": {}, "seed": 1}
    return home.engine.store.jobs.create("anna", JobKind.AUTO_TRAIN, request)


def run_with(home: Home, monkeypatch: pytest.MonkeyPatch, job: Job, error: BaseException) -> Job:
    """Run the job with work that raises this."""

    def failing(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
        raise error

    monkeypatch.setitem(work.WORK, JobKind.AUTO_TRAIN, failing)
    Runner(home.engine).run(job.id)
    return home.engine.store.jobs.get(job.id)


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (Cancelled("It"), JobState.CANCELLED, ""),
        (Unavailable("gone"), JobState.FAILED, "model_unavailable"),
        (ZeroDivisionError("secret detail"), JobState.FAILED, "internal_error"),
    ],
)
def test_errors_become_final_states(
    home: Home, monkeypatch: pytest.MonkeyPatch, error: Exception, state: JobState, code: str
) -> None:
    ended = run_with(home, monkeypatch, make_job(home), error)
    assert (ended.state, ended.error_code) == (state, code)
    assert "secret detail" not in ended.error


def test_a_final_job_is_not_run_again(home: Home) -> None:
    job = make_job(home)
    home.engine.cancel("anna", job.id)
    Runner(home.engine).run(job.id)
    assert home.engine.store.jobs.get(job.id).attempts == 0
    assert home.engine.store.outcomes.done(job.id) == set()


def test_a_cancel_that_outlived_its_worker_is_obeyed(home: Home) -> None:
    job = make_job(home)
    home.engine.store.jobs.start(job.id)  # and its process was killed
    home.engine.cancel("anna", job.id)
    Runner(home.engine).run(job.id)
    assert home.engine.store.jobs.get(job.id).state is JobState.CANCELLED


def killed(home: Home, monkeypatch: pytest.MonkeyPatch, job: Job) -> Job:
    """One attempt that takes its process down: nobody is left to write anything."""
    with pytest.raises(SystemExit):
        run_with(home, monkeypatch, job, SystemExit())
    return home.engine.store.jobs.get(job.id)


def test_a_job_that_kills_its_process_is_parked(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(home)
    for number in range(1, MAX_ATTEMPTS + 1):
        assert killed(home, monkeypatch, job).attempts == number
    Runner(home.engine).run(job.id)
    parked = home.engine.store.jobs.get(job.id)
    assert (parked.state, parked.error_code) == (JobState.FAILED, "parked")
    assert "3 times" in parked.error


def test_a_job_that_got_further_each_time_is_not_parked(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at once after each slot, before it could ask for or note anything."""
    job = make_job(home)
    places = iter(range(MAX_ATTEMPTS + 2))

    def recording(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
        engine.store.outcomes.record_failed(job.id, next(places), "no answer", 1.0)
        raise SystemExit

    monkeypatch.setitem(work.WORK, JobKind.AUTO_TRAIN, recording)
    for _ in range(MAX_ATTEMPTS + 2):
        with pytest.raises(SystemExit):
            Runner(home.engine).run(job.id)
        assert home.engine.store.jobs.get(job.id).attempts == 1
    # Then it stays where it is: that many attempts are its last.
    for number in range(1, MAX_ATTEMPTS + 1):
        assert killed(home, monkeypatch, job).attempts == number
    Runner(home.engine).run(job.id)
    assert home.engine.store.jobs.get(job.id).error_code == "parked"


def test_a_training_that_lost_checkpoints_and_makes_new_ones_is_not_parked(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at step 40, the newest one then damaged, and killed again on its way there."""
    job = home.engine.store.jobs.create("anna", JobKind.TRAINING, {})
    folder = home.folder / "runs" / "anna" / job.id / FOLDER
    reached = iter((40, None, 10, 20, 30))

    def killed_at(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
        for lost in folder.glob("*"):
            shutil.rmtree(lost)
        if (step := next(reached)) is not None:
            (folder / f"checkpoint-{step}").mkdir(parents=True)
            (folder / f"checkpoint-{step}" / MANIFEST).touch()
        raise SystemExit

    monkeypatch.setitem(work.WORK, JobKind.TRAINING, killed_at)
    attempts = []
    for _ in range(5):
        with pytest.raises(SystemExit):
            Runner(home.engine).run(job.id)
        attempts.append(home.engine.store.jobs.get(job.id).attempts)
    assert attempts == [1, 1, 2, 1, 1]


@pytest.mark.parametrize("ending", ["cancelled", "fail", "succeed"])
def test_an_end_that_cannot_be_written_is_written_later(
    home: Home, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """The disk is full for the database, too: the job is not run again for that."""
    write, refused = getattr(Jobs, ending), iter((True, True, False))

    def full_at_first(*args: Any) -> Job:
        if next(refused):
            raise StorageUnavailable("database or disk is full")
        return write(*args)

    def working(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
        if ending == "succeed":
            return {"kept": 1}
        raise Cancelled("It") if ending == "cancelled" else OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(Jobs, ending, full_at_first)
    monkeypatch.setattr(attempt_module, "AGAIN_SECONDS", 0.0)
    monkeypatch.setitem(work.WORK, JobKind.AUTO_TRAIN, working)
    job = make_job(home)
    Runner(home.engine).run(job.id)
    state, code = {
        "cancelled": (JobState.CANCELLED, ""),
        "fail": (JobState.FAILED, "disk_full"),
        "succeed": (JobState.SUCCEEDED, ""),
    }[ending]
    ended = home.engine.store.jobs.get(job.id)
    assert (ended.state, ended.error_code, ended.attempts) == (state, code, 1)


def test_a_worker_asked_to_end_does_not_blame_its_job(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, runner = make_job(home), Runner(home.engine)

    def asked_to_end(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
        runner.forgive()
        raise SystemExit

    monkeypatch.setitem(work.WORK, JobKind.AUTO_TRAIN, asked_to_end)
    with pytest.raises(SystemExit):
        runner.run(job.id)
    assert home.engine.store.jobs.get(job.id).attempts == 0


def test_enough_kept_examples_start_a_training(home: Home) -> None:
    """Once an auto-training has ended beyond the mark, the worker's next look starts one training."""
    home.environment |= {"ZEGA_TRAIN_AT": "10", "ZEGA_KEEP_THRESHOLD": "5"}
    engine = home.open_engine()
    job = engine.store.jobs.create(
        "anna", JobKind.AUTO_TRAIN, {"num_examples": 20, "mix": {}, "seed": 1}
    )
    with fake_llamacpp() as teacher:
        home.publish(teacher)
        Runner(engine).run(job.id)
    assert engine.store.jobs.get(job.id).result["kept"] >= 10
    (training,) = engine.automation.look()
    assert (training.kind, training.started_by) == (JobKind.TRAINING, "threshold")
    assert engine.active_jobs("anna") == [training]
    assert engine.automation.look() == []
