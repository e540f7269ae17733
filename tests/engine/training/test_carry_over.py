"""What a new run takes over of one that was cancelled or failed."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.job import JobKind
from engine.domain.run import Run, Sample
from engine.errors import Cancelled
from engine.training.carry_over import STATE_FILE, carry_over
from engine.training.checkpoints import FOLDER, checkpoints_in, step_of
from engine.training.process import RESULT_FILE
from tests.engine.jobs.test_going_on import a_run
from tests.processes import Home


@pytest.fixture
def runs(home: Home) -> tuple[Run, Run]:
    """One with checkpoints of the steps 5 and, damaged, 10, the passes kept beside them; and a new one."""
    store = home.engine.store
    old = store.runs.get(a_run(home).id)
    for epoch, step in ((1, 5), (2, 10)):
        kept = home.folder / old.folder / FOLDER / f"checkpoint_epoch_{epoch}"
        kept.mkdir()
        (kept / STATE_FILE).write_text(json.dumps({"global_step": step}))
        store.runs.add_sample(Sample(old.id, step, 0, float(epoch), "Say.", "Said.", 0.1))
    job = store.jobs.create("anna", JobKind.TRAINING, {})
    new = store.runs.create(
        job.id,
        "anna",
        old.snapshot_id,
        recipe="quick",
        base_model="tiny",
        folder=f"runs/anna/{job.id}",
        batch_size=2,
    )
    return old, new


def test_what_was_lost_is_said_and_the_rest_costs_no_space(
    home: Home, runs: tuple[Run, Run]
) -> None:
    old, new = runs
    carry_over(home.engine.store, home.folder, old, new, fork=False)
    (note,) = home.engine.store.runs.get(new.id).notes
    assert note.startswith("The checkpoint of step 10 is damaged (weights has another size")
    assert "Goes on from step 5" in note
    mine, before = (home.folder / run.folder / FOLDER / "checkpoint-5" for run in (new, old))
    assert (mine / "weights").samefile(before / "weights")


def test_passes_and_samples_up_to_there_come_along(home: Home, runs: tuple[Run, Run]) -> None:
    old, new = runs
    carry_over(home.engine.store, home.folder, old, new, fork=False)
    kept = (home.folder / new.folder / FOLDER).glob("checkpoint_epoch_*")
    assert [path.name for path in kept] == ["checkpoint_epoch_1"]
    first = home.engine.store.runs.samples(old.id)[0]
    assert home.engine.store.runs.samples(new.id) == [replace(first, run_id=new.id)]


def test_another_disk_gets_copies(
    home: Home, runs: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError("another disk")

    monkeypatch.setattr(os, "link", refuse)
    carry_over(home.engine.store, home.folder, *runs, fork=False)
    copied = home.folder / runs[1].folder / FOLDER / "checkpoint-5" / "weights"
    assert copied.read_text() == "5"
    assert copied.stat().st_nlink == 1


def test_a_cancel_is_heard_between_any_two_files(home: Home, runs: tuple[Run, Run]) -> None:
    """It is asked for one question later each time, until all is taken over; then nothing is missing."""
    folder, asked = home.folder / runs[1].folder, 0
    for most in range(20):
        asked = 0

        def cancelled(most: int = most) -> bool:
            nonlocal asked
            asked += 1
            return asked > most

        try:
            carry_over(home.engine.store, home.folder, *runs, fork=False, cancelled=cancelled)
        except Cancelled:
            found = [path for path in (folder / FOLDER).iterdir() if not path.name.startswith(".")]
            assert all(any(path.iterdir()) for path in found)
        else:
            break
        shutil.rmtree(folder / FOLDER)
    # Two checkpoints are read; one with a manifest and one kept pass have three files.
    assert asked == 5
    assert [step_of(path) for path in checkpoints_in(folder / FOLDER)] == [5]


def test_without_checkpoints_it_begins_at_the_start(home: Home, runs: tuple[Run, Run]) -> None:
    old, new = runs
    shutil.rmtree(Path(home.folder / old.folder / FOLDER))
    carry_over(home.engine.store, home.folder, old, new, fork=False)
    (note,) = home.engine.store.runs.get(new.id).notes
    assert note.startswith("Goes on from the start")
    assert home.engine.store.runs.samples(new.id) == []


def test_what_was_trained_comes_along_with_its_result(home: Home, runs: tuple[Run, Run]) -> None:
    """The old run's folder may give way before the new one has ended."""
    source, target = (home.folder / run.folder for run in runs)
    (source / "adapter").mkdir()
    (source / "adapter" / "weights").write_text("trained")
    result = {"adapter": str(source / "adapter"), "tokens": 7}
    (source / RESULT_FILE).write_text(json.dumps(result))
    for _ in range(2):
        carry_over(home.engine.store, home.folder, *runs, fork=False)
    found = json.loads((target / RESULT_FILE).read_text())
    assert found == {"adapter": str((target / "adapter").resolve()), "tokens": 7}
    shutil.rmtree(source)
    assert (Path(found["adapter"]) / "weights").read_text() == "trained"
