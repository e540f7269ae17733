"""Trainings that are stopped with what they have, cancelled, and gone on with."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.domain.job import Job, JobKind, JobState
from engine.engine import Engine
from engine.errors import Cancelled, InvalidInput, NotFound, WrongState
from engine.jobs import going_on, work
from engine.jobs.attempt import Attempt
from engine.jobs.work import Runner
from engine.registry import register
from engine.training.checkpoints import FOLDER, checkpoints_in, publish, step_of
from engine.training.child import STOPPED, write_json
from engine.training.errors import NothingToResume, RunTakenOver
from engine.training.fingerprint import FINGERPRINT_FILE
from models.gguf import ConversionFailed
from tests.engine.jobs.test_training import keep_examples
from tests.processes import Home, wait_for


def a_run(home: Home, *, state: str = "failed") -> Job:
    """A training that has ended, with two checkpoints of which the newer is damaged."""
    store = home.engine.store
    keep_examples(home)
    snapshot = home.engine.lineage.freeze("anna")
    job = store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    folder = home.folder / "runs" / "anna" / job.id
    store.runs.create(
        job.id,
        "anna",
        snapshot.id,
        recipe="quick",
        base_model="tiny",
        folder=str(folder.relative_to(home.folder)),
        batch_size=2,
    )
    for step in (5, 10):
        written = folder / FOLDER / "written"
        written.mkdir(parents=True)
        (written / "weights").write_text(str(step))
        publish(written, folder / FOLDER / f"checkpoint-{step}")
    (folder / FOLDER / "checkpoint-10" / "weights").write_text("damaged")
    write_json(folder / FINGERPRINT_FILE, {"settings": {"learning_rate": 1.0}})
    if state == "failed":
        store.jobs.fail(job.id, "training_failed", "It failed.")
    elif state == "cancelled":
        store.jobs.cancelled(job.id)
    return store.jobs.get(job.id)


@pytest.mark.parametrize("fork", [False, True])
def test_a_resume_is_a_job_of_its_own_on_the_same_set(home: Home, fork: bool) -> None:
    old = a_run(home)
    job = going_on.resume(home.engine, "anna", old.id, fork=fork)
    assert job.state is JobState.QUEUED
    assert job.id != old.id
    run = home.engine.store.runs.get(old.id)
    assert job.request == {
        "recipe": "quick",
        "snapshot_id": run.snapshot_id,
        "resumes": old.id,
        "fork": fork,
    }
    assert home.engine.job("anna", old.id) == old
    with pytest.raises(NothingToResume, match="at this moment"):
        going_on.resume(home.engine, "anna", old.id)


def test_what_was_cancelled_before_it_began_begins_at_the_start(home: Home) -> None:
    home.engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    (job,) = home.engine.jobs("anna")
    home.engine.cancel("anna", job.id)
    assert going_on.resume(home.engine, "anna", job.id).request == {"recipe": "quick"}


@pytest.mark.parametrize("verb", [going_on.resume, going_on.stop])
def test_only_what_can_be_resumed_or_stopped_is(
    home: Home, verb: Callable[[Engine, str, str], Job]
) -> None:
    store = home.engine.store
    queued = store.jobs.create("anna", JobKind.TRAINING, {})
    with pytest.raises(WrongState, match="queued"):
        verb(home.engine, "anna", queued.id)
    other = store.jobs.create("anna", JobKind.AUTO_TRAIN, {})
    with pytest.raises(InvalidInput, match="not a training"):
        verb(home.engine, "anna", other.id)
    home.engine.ensure_user("ben")
    with pytest.raises(NotFound):
        verb(home.engine, "ben", queued.id)


def test_whole_checkpoints_the_curve_and_the_settings_are_taken_over_once(home: Home) -> None:
    from engine.training.carry_over import as_begun, carry_over

    store, old = home.engine.store, a_run(home)
    job = store.jobs.create("anna", JobKind.TRAINING, {})
    before = store.runs.get(old.id)
    new = store.runs.create(
        job.id,
        "anna",
        before.snapshot_id,
        recipe="quick",
        base_model="tiny",
        folder=f"runs/anna/{job.id}",
        batch_size=2,
    )
    folder = home.folder / new.folder
    for _ in range(2):  # a kill in between has it done again
        carry_over(store, home.folder, before, store.runs.get(new.id), fork=True)
        assert [step_of(path) for path in checkpoints_in(folder / FOLDER)] == [5]
        (note,) = store.runs.get(new.id).notes
        assert "Goes on from step 5" in note
    assert json.loads((folder / FINGERPRINT_FILE).read_text())["forked"] is True
    run = {"recipe": {"learning_rate": 9.0, "batch_size": 1, "gradient_accumulation": 4}}
    assert as_begun(folder, run)["recipe"] == run["recipe"] | {"learning_rate": 1.0}
    assert as_begun(home.folder / before.folder, run) == run


def run_with(home: Home, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Job:
    def failing(engine: Engine, job: Job, attempt: Attempt) -> dict[str, Any]:
        raise error

    monkeypatch.setitem(work.WORK, JobKind.TRAINING, failing)
    job = home.engine.store.jobs.create("anna", JobKind.TRAINING, {})
    Runner(home.engine).run(job.id)
    return home.engine.store.jobs.get(job.id)


def test_a_full_disk_says_what_to_do(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run_with(home, monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
    assert (ended.state, ended.error_code) == (JobState.FAILED, "disk_full")
    assert "Free some space and resume" in ended.error


def test_who_was_taken_over_leaves_the_job_alone(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_with(home, monkeypatch, RunTakenOver()).state is JobState.RUNNING


def test_a_cancel_ends_the_conversion_and_leaves_no_half_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def until_asked(*_: Any, give_up: Callable[[], bool], **__: Any) -> None:
        assert give_up()
        raise ConversionFailed("ended")

    monkeypatch.setattr(register, "lora_to_gguf", until_asked)
    (adapter := tmp_path / "adapter").mkdir()
    with pytest.raises(Cancelled):
        register.publish_adapter(adapter, tmp_path / "version", tmp_path, lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]


def test_cancelled_resumed_and_stopped_with_the_best(home: Home) -> None:
    """The whole way through the worker: the second job has the first one's steps, and ends when told."""
    keep_examples(home)
    engine, store = home.engine, home.engine.store
    home.start("engine.serving.process")
    first = engine.start_training("anna")
    home.start_worker()
    sealed = home.folder / "runs" / "anna" / first.id / FOLDER
    wait_for("a checkpoint", lambda: any(checkpoints_in(sealed)))
    engine.cancel("anna", first.id)
    wait_for("the cancel", lambda: home.state(first.id) == "cancelled")
    reached = max(map(step_of, checkpoints_in(sealed)))
    resumed = going_on.resume(engine, "anna", first.id)
    wait_for("steps", lambda: store.runs.list("anna")[0].id == resumed.id)
    wait_for("it trains", lambda: store.jobs.get(resumed.id).stage.startswith("Training"))
    going_on.stop(engine, "anna", resumed.id)
    wait_for("its end", lambda: store.jobs.get(resumed.id).state.is_final, 400)
    ended = store.jobs.get(resumed.id)
    assert ended.state is JobState.SUCCEEDED, ended.error
    (version,) = engine.versions("anna")
    assert version.run_id == resumed.id
    run = store.runs.get(resumed.id)
    assert f"Goes on from step {reached}" in run.notes[0]
    assert STOPPED in run.notes
    steps = [step.step for step in store.runs.steps(resumed.id) if step.loss is not None]
    assert steps[:reached] == list(range(1, reached + 1))
    with pytest.raises(WrongState):
        going_on.resume(engine, "anna", resumed.id)
