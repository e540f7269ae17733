"""Both phases for real on the tiny model: the served base leaves memory, a trainer comes, the base
comes back with the new version, and never are both there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from engine.domain.job import Job, JobKind, JobState
from engine.domain.two_phase import Input
from engine.serving.resolve import teacher
from models.errors import Paused
from tests.processes import Home, descendants, is_gone, wait_for

SETTINGS: dict[str, Any] = {"target_summaries": 10, "training_epochs": 1, "max_length": 512}
MODELS = ("models.llamacpp_server", "engine.training.child")


def running(pids: list[int], module: str) -> list[psutil.Process]:
    """Live processes of this module below these; the embedding model is none of them."""
    found = []
    for process in [child for pid in pids for child in descendants(pid)]:
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if module in line and "--embeddings" not in line and not is_gone(process):
            found.append(process)
    return found


class Watch:
    """Looks again and again who is there, until it is told to stop."""

    def __init__(self, pids: list[int], paused: Callable[[], bool]) -> None:
        self.together = self.trained_alone = self.paused = False
        self._pids, self._is_paused = pids, paused
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(0.05):
            trainers, servers = (running(self._pids, module) for module in MODELS[::-1])
            both = all(not is_gone(each) for each in [*trainers, *servers])
            self.together |= bool(trainers and servers and both)
            self.trained_alone |= bool(trainers and not servers)
            self.paused |= self._is_paused()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


def is_paused(home: Home) -> bool:
    try:
        teacher(home.engine.store)
    except Paused:
        return True
    except Exception:
        return False
    return False


def ended(home: Home, job: Job) -> bool:
    return home.engine.store.jobs.get(job.id).state.is_final


def test_both_models_are_never_in_memory_together(home: Home) -> None:
    inputs = [Input(f"A lamp in window number {number}.") for number in range(12)]
    server, worker = home.start("engine.serving.process"), home.start_worker()
    wait_for("the base", lambda: home.engine.store.serving.current() is not None)
    job = home.engine.two_phase.start("anna", inputs, auto_accept_above=0.0, **SETTINGS)
    watch = Watch([server.pid, worker.pid], lambda: is_paused(home))
    try:
        wait_for("both phases", lambda: ended(home, job), seconds=400)
    finally:
        watch.end()
    done = home.engine.store.jobs.get(job.id)
    assert (done.state, done.error) == (JobState.SUCCEEDED, "")
    assert (watch.together, watch.trained_alone, watch.paused) == (False, True, True)

    view = home.engine.two_phase.view("anna", job.id)
    assert view.training is not None
    assert (view.phase, view.training.job.kind) == (2, JobKind.TRAINING)
    run, version = view.training.run, view.training.version
    assert run is not None
    assert version is not None
    assert version.comparisons  # it was served again, with the new version
    rows = home.engine.store.snapshots.get("anna", run.snapshot_id).rows
    accepted = home.engine.store.two_phases.accepted(job.id, threshold=7.0)
    assert {row[0] for row in rows} <= {each.id for each in accepted}
    assert view.training.job.request["changes"] == {
        "epochs": 1,
        "learning_rate": 1e-4,
        "max_length": 512,
    }
    before, released, training = view.state.memory
    assert [before.moment, released.moment, training.moment] == ["before", "released", "training"]
    assert (before.models_mb > 0, released.models_mb, training.models_mb) == (True, 0, 0)
    assert (before.trainer_mb, released.trainer_mb, training.trainer_mb > 0) == (0, 0, True)
    assert home.engine.store.releases.standing() == []


def test_a_cancel_in_phase_two_brings_the_base_back(home: Home) -> None:
    home.start("engine.serving.process")
    worker = home.start_worker()
    wait_for("the base", lambda: home.engine.store.serving.current() is not None)
    inputs = [Input(f"A lamp in window number {number}.") for number in range(12)]
    settings = SETTINGS | {"training_epochs": 100}
    job = home.engine.two_phase.start("anna", inputs, auto_accept_above=0.0, **settings)
    wait_for("the trainer", lambda: bool(running([worker.pid], MODELS[1])), seconds=400)
    home.engine.cancel("anna", job.id)
    wait_for("the end", lambda: ended(home, job))
    assert home.engine.store.jobs.get(job.id).state is JobState.CANCELLED
    states = {each.kind: each.state for each in home.engine.jobs("anna")}
    assert states[JobKind.TRAINING] is JobState.CANCELLED
    wait_for("the base to come back", lambda: home.engine.store.serving.current() is not None)
    assert home.engine.store.two_phases.count(job.id).accepted == 10


@pytest.mark.parametrize("dies", [True, False])
def test_a_release_ends_with_its_job(home: Home, dies: bool) -> None:
    store = home.engine.store
    job = store.jobs.create("anna", JobKind.TRAINING, {})
    store.releases.ask(job.id)
    assert store.releases.standing() == []  # it does not run yet
    store.jobs.start(job.id)
    (release,) = store.releases.standing()
    assert (release.job_id, release.done_at) == (job.id, None)
    store.releases.done()
    assert store.releases.standing()[0].done_at is not None
    if dies:
        store.jobs.fail(job.id, "parked", "It died.")
    else:
        store.releases.end(job.id)
    assert store.releases.standing() == []
