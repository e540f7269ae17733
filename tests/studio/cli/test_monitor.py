"""`zega monitor`: lines while a training runs, its health, and which training is meant."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path

import pytest

from engine.domain.job import JobKind
from engine.domain.two_phase import Input
from engine.engine import Engine
from tests.processes import Home, wait_for
from tests.studio.cli.conftest import document, problem, start_zega, zega
from tests.studio.web.shelf import Shelf


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    return Shelf(engine)


def test_a_training_that_ended_is_one_line(shelf: Shelf) -> None:
    version = shelf.version()
    shown = zega("monitor", "--user", "anna")
    assert shown.exit_code == 0
    (line,) = shown.stdout.splitlines()
    assert line.startswith("succeeded: step 12 of 12")
    assert "310 tokens/s" in line
    assert "best 3.400 at step 12" in line
    assert zega("monitor", version.run_id).stdout == shown.stdout


def test_health_is_said_once_and_is_the_exit_code(shelf: Shelf) -> None:
    shelf.version()
    well = zega("monitor", "latest", "--user", "anna", "--health-check")
    assert well.exit_code == 0
    assert well.stdout.endswith("Nothing wrong was found.\n")
    shelf.by_heart()
    unwell = zega("monitor", "latest", "--user", "anna", "--health-check")
    assert unwell.exit_code == 1
    assert "overfitting: It learns by heart: validation loss was lowest at step 8" in unwell.stdout
    assert "repetition: Samples of step 40 repeat themselves (2 of 2)" in unwell.stdout
    data = json.loads(zega("monitor", "--user", "anna", "--health-check", "--json").stdout)
    assert data["healthy"] is False
    assert [each["trouble"] for each in data["findings"]] == ["overfitting", "repetition"]
    assert (data["step"], data["total_steps"], data["best_step"]) == (40, 60, 8)


def test_a_failed_training_is_not_healthy(shelf: Shelf) -> None:
    job = shelf.training()
    shelf.store.jobs.fail(job.id, "training_failed", "Training failed: the loss is no number.")
    found = zega("monitor", job.id, "--health-check")
    assert found.exit_code == 1
    assert "failed: Training failed: the loss is no number." in found.stdout
    assert zega("monitor", job.id).exit_code == 1


def test_it_goes_on_until_the_end(shelf: Shelf) -> None:
    job = shelf.training(steps=8, total_steps=60)

    def end() -> None:
        time.sleep(1.5)
        shelf.store.runs.add_step(shelf.step(job.id, 9, 3.3, None))
        shelf.store.jobs.succeed(job.id, {})

    ending = threading.Thread(target=end)
    ending.start()
    shown = zega("monitor", job.id, "--interval", "0.5", "--json")
    ending.join()
    assert shown.exit_code == 0
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert (lines[0]["state"], lines[0]["step"]) == ("running", 8)
    assert (lines[-1]["state"], lines[-1]["step"]) == ("succeeded", 9)
    assert len(lines) >= 2


def test_a_two_phase_training_is_watched_by_its_second_phase(shelf: Shelf) -> None:
    store = shelf.store
    job = store.two_phases.create("anna", {}, [Input("A lamp.")])
    early = problem(zega("monitor", job.id, "--health-check", "--json"))
    assert early["code"] == "not_found"
    training = shelf.training(
        steps=5, total_steps=30, job=store.two_phases.begin_training(job.id, {})
    )
    shown = zega("monitor", job.id, "--health-check")
    assert (shown.exit_code, shown.stdout.count("Nothing wrong was found.")) == (0, 1)
    assert shown.stdout.startswith("running: step 5 of 30")
    store.jobs.succeed(training.id, {})
    store.jobs.succeed(job.id, {})
    assert zega("monitor", job.id).stdout.startswith("succeeded: step 5 of 30")


def test_ctrl_c_leaves_the_training_alone(home: Home, shelf: Shelf, tmp_path: Path) -> None:
    job = shelf.training(steps=8, total_steps=60)
    process = start_zega(home, "monitor", job.id, folder=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("running: step 8 of 60")
    process.send_signal(signal.SIGINT)
    wait_for("the command to end", lambda: process.poll() is not None)
    assert process.returncode == 130
    assert "The training goes on." in process.communicate()[1]
    assert not shelf.store.jobs.get(job.id).cancel_requested


def test_before_its_first_step_it_waits(shelf: Shelf) -> None:
    job = shelf.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    shelf.store.jobs.cancelled(job.id)
    assert zega("monitor", job.id).stdout == "cancelled: waits for its turn\n"


def test_which_training_is_meant(shelf: Shelf) -> None:
    assert problem(zega("monitor", "--user", "anna", "--json"))["code"] == "not_found"
    assert problem(zega("monitor", "--json"))["code"] == "invalid_input"
    other = shelf.batch(kept=1)
    refused = problem(zega("monitor", other.id, "--json"))
    assert "is no training but a job of the kind auto_train" in refused["message"]
    version = shelf.version()
    shelf.engine.ensure_user("ben")
    elsewhere = zega("monitor", version.run_id, "--user", "ben", "--json")
    assert problem(elsewhere)["code"] == "not_found"
    for interval in ("0", "-1", "nan", "4000"):
        refused = problem(zega("monitor", version.run_id, f"--interval={interval}", "--json"))
        assert refused["message"].startswith("interval must be above 0")
    healthy = document(zega("monitor", version.run_id, "--health-check", "--json"))
    assert healthy["healthy"] is True
