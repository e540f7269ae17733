"""Trainings that are followed: the same as a fresh look says, and nothing is read twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.domain.job import JobKind
from engine.domain.run import Step
from engine.domain.two_phase import Input
from engine.errors import NotFound
from engine.overview.following import FollowedSteps
from engine.overview.overview import Overview
from engine.store import Store
from tests.engine.store.conftest import Make

START = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def log(
    store: Store, run: str, number: int, *, late: float = 0.0, validation: bool = False
) -> Step:
    """A row logged a second a step after the start, and `late` seconds later."""
    at = START + timedelta(seconds=number + late)
    step = Step(run, number, 0.1, 3.0 + late, None, 2e-4, 300.0, 1650.0, at, gradient_norm=1.0)
    if validation:
        step = replace(step, loss=None, validation_loss=3.1)
    store.runs.add_step(step)
    return step


@pytest.fixture
def read(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each reading of steps brought."""
    counts: list[int] = []
    plain = store.runs.steps

    def counted(*given: Any, **more: Any) -> list[Step]:
        found = plain(*given, **more)
        counts.append(len(found))
        return found

    monkeypatch.setattr(store.runs, "steps", counted)
    return counts


def test_a_look_reads_what_is_new_and_says_what_all_rows_say(
    store: Store, make: Make, read: list[int]
) -> None:
    run = make.run().id
    for number in range(1, 101):
        log(store, run, number)
    following = FollowedSteps(store, run)
    first = following.look()
    assert following.look() is first
    log(store, run, 100, validation=True, late=0.5)
    log(store, run, 101)
    assert len(following.look()) == 102
    assert read == [100, 3]  # the newest of before once more: two may have the same time
    for number in range(90, 96):  # what a resumed training does again
        log(store, run, number, late=60.0)
    assert following.look() == store.runs.steps(run)
    assert [step.loss for step in following.look() if step.step == 92] == [63.0]


def test_a_row_that_came_with_an_older_time_is_not_missed(store: Store, make: Make) -> None:
    run = make.run().id
    log(store, run, 10)
    following = FollowedSteps(store, run)
    following.look()
    log(store, run, 11, late=-9.0)  # the machine's clock was set back
    assert [step.step for step in following.look()] == [10, 11]


def test_curves_stay_the_same_objects_until_something_is_logged(
    store: Store, make: Make, overview: Overview, read: list[int]
) -> None:
    ended, running = make.run().id, make.run().id
    for run in (ended, running):
        for number in range(1, 6):
            log(store, run, number)
    store.jobs.start(ended)
    store.jobs.succeed(ended, {})
    following = overview.follow_curves("anna", [running, ended, make.run("ben").id])
    first = following.look()
    assert [curve.run.id for curve in first] == [running, ended]
    assert following.look() is first
    log(store, running, 6)
    second = following.look()
    assert (second[0].steps, second[1] is first[1]) == (6, True)
    assert read == [5, 5, 2]


def test_a_report_is_made_anew_when_anything_of_it_changed(
    store: Store, make: Make, overview: Overview
) -> None:
    run = make.run().id
    store.jobs.start(run)
    log(store, run, 1)
    following = overview.follow_run("anna", run)
    first = following.look()
    assert following.look() is first
    store.runs.add_note(run, "Memory ran out: the batch is halved.")
    second = following.look()
    assert second.run.notes == ("Memory ran out: the batch is halved.",)
    assert second.curve == first.curve
    store.jobs.fail(run, "training_failed", "It failed.")
    assert following.look().job.error == "It failed."
    assert following.look() == overview.run("anna", run)


def test_a_two_phase_training_is_followed_by_its_second_phase(
    store: Store, make: Make, overview: Overview
) -> None:
    job = store.two_phases.create("anna", {}, [Input("A lamp.")])
    with pytest.raises(NotFound):
        overview.run("anna", job.id)
    with pytest.raises(NotFound):
        overview.run("ben", job.id)
    training = store.two_phases.begin_training(job.id, {})
    assert training.kind is JobKind.TRAINING
    snapshot = store.snapshots.create("anna", [], "hash")
    store.runs.create(
        training.id,
        "anna",
        snapshot.id,
        recipe="quick",
        base_model="tiny",
        folder="f",
        batch_size=1,
    )
    log(store, training.id, 3)
    report = overview.run("anna", job.id)
    assert (report.run.id, report.job.id) == (training.id, training.id)
