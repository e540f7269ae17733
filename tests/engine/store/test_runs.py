"""Runs: created once, updated field by field, with steps that a resumed run overwrites."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.domain.run import Sample, Step
from engine.errors import NotFound
from engine.store import Store


def step(run_id: str, number: int, loss: float | None = 3.0) -> Step:
    at = datetime(2026, 7, 1, 12, 0, number, tzinfo=UTC)
    return Step(run_id, number, number / 10, loss, None, 4e-4, 650.0, 900.5, at)


def test_a_run_is_the_run_of_its_job(store: Store, make: Any) -> None:
    run = make.run()
    assert store.jobs.get(run.id).user_id == run.user_id == "anna"
    assert (run.recipe, run.base_model, run.folder) == ("quick", "smollm2-135m", "runs/1")
    assert (run.batch_size, run.total_steps, run.best_validation_loss) == (4, 0, None)
    assert (run.notes, run.version_id) == ((), None)
    assert store.runs.get(run.id) == run


def test_creating_a_run_again_gives_the_one_that_is_there(store: Store, make: Any) -> None:
    run = make.run()
    halved = store.runs.update(run.id, batch_size=2)
    again = store.runs.create(
        run.id,
        "anna",
        run.snapshot_id,
        recipe="careful",
        base_model="other",
        folder="runs/2",
        batch_size=8,
    )
    assert again == halved
    assert store.runs.list("anna") == [halved]


def test_job_and_snapshot_must_be_the_users_own(store: Store, make: Any) -> None:
    own, others = make.job().id, make.job("ben").id
    own_snapshot, others_snapshot = make.snapshot().id, make.snapshot("ben").id
    for run_id, snapshot_id in (
        (others, own_snapshot),
        (own, others_snapshot),
        ("0", own_snapshot),
    ):
        with pytest.raises(NotFound):
            store.runs.create(
                run_id, "anna", snapshot_id, recipe="r", base_model="b", folder="f", batch_size=1
            )
    assert store.runs.list("anna") == store.runs.list("ben") == []


def test_update_changes_only_what_is_given(store: Store, make: Any) -> None:
    run = make.run()
    billions = 4_000_000_000
    changed = store.runs.update(run.id, trained_tokens=billions, best_validation_loss=3.25)
    assert changed == replace(run, trained_tokens=billions, best_validation_loss=3.25)
    rest: dict[str, Any] = {
        "batch_size": 2,
        "total_steps": 9,
        "trainable_parameters": 7,
        "train_seconds": 1.5,
    }
    assert store.runs.update(run.id, **rest) == replace(changed, **rest)
    assert store.runs.update(run.id) == store.runs.get(run.id) == replace(changed, **rest)


def test_notes_are_appended(store: Store, make: Any) -> None:
    run = make.run()
    store.runs.add_note(run.id, "Out of memory: batch 4 → 2.")
    noted = store.runs.add_note(run.id, "Resumed at step 7.")
    assert noted.notes == ("Out of memory: batch 4 → 2.", "Resumed at step 7.")
    assert store.runs.get(run.id) == noted


def test_a_resumed_run_overwrites_the_steps_it_does_again(store: Store, make: Any) -> None:
    run = make.run()
    for number in range(3):
        store.runs.add_step(step(run.id, number))
    again = step(run.id, 2, loss=2.5)
    store.runs.add_step(again)
    assert store.runs.steps(run.id) == [step(run.id, 0), step(run.id, 1), again]
    assert store.runs.steps(run.id, after=1) == [again]
    assert store.runs.steps(make.run().id) == []


def test_training_and_validation_of_a_step_lie_beside_each_other(store: Store, make: Any) -> None:
    run = make.run()
    training = step(run.id, 5)
    validation = replace(step(run.id, 5, loss=None), validation_loss=3.4)
    store.runs.add_step(validation)
    store.runs.add_step(training)
    store.runs.add_step(validation)
    assert store.runs.steps(run.id) == [training, validation]


def test_a_registered_version_shows_on_its_run(store: Store, make: Any) -> None:
    run, other = make.run(), make.run()
    version = make.version_of(run)
    assert store.runs.get(run.id).version_id == version.id
    assert [each.version_id for each in store.runs.list("anna")] == [None, version.id]
    assert store.runs.get(other.id).version_id is None


def test_unknown_runs(store: Store) -> None:
    unknown = "0" * 32
    with pytest.raises(NotFound):
        store.runs.get(unknown)
    with pytest.raises(NotFound):
        store.runs.update(unknown, batch_size=1)
    with pytest.raises(NotFound):
        store.runs.add_note(unknown, "Note.")
    with pytest.raises(NotFound):
        store.runs.add_step(step(unknown, 0))


def test_samples_are_kept_in_order_and_written_again_by_a_resumed_run(
    store: Store, make: Any
) -> None:
    run = make.run()
    first, second = (Sample(run.id, step, 0, 1.0, "A troll.", "It ran.", 0.5) for step in (9, 18))
    for each in (second, first, replace(first, text="It sat.")):
        store.runs.add_sample(each)
    assert store.runs.samples(run.id) == [replace(first, text="It sat."), second]
    assert store.runs.samples(make.run().id) == []


def test_a_training_that_is_to_stop_writes_no_sample(store: Store, make: Any) -> None:
    run = make.run()
    store.jobs.request_cancel("anna", run.id)
    store.runs.add_sample(Sample(run.id, 9, 0, 1.0, "A troll.", "It ran.", 0.5))
    assert store.runs.samples(run.id) == []
