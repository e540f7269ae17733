"""A training from its job to its version, with a stand-in for the process that trains."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from engine.domain.job import Job, JobKind, JobState
from engine.domain.run import Run, Step
from engine.domain.snapshot import Split
from engine.jobs import work
from engine.jobs.attempt import Attempt
from engine.jobs.work import Runner
from engine.registry import register
from engine.training import process, run
from engine.training.child import exit_code
from engine.training.endings import TOO_FEW_ROWS
from engine.training.errors import TooFewRows
from engine.training.recipe import load_recipe
from engine.training.rows import check_rows
from engine.training.run import Base, describe
from models.catalog import find_base_model
from models.errors import DoesNotFit
from models.gguf import ConversionFailed, GgufIdentity
from tests.engine.jobs.test_training import keep_examples
from tests.processes import Home

TRAINED = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
(folder / "adapter").mkdir(exist_ok=True)
(folder / "adapter" / "adapter_model.safetensors").write_text("weights")
losses = {"before": [[2.0, 1], [3.0, 1]], "after": [[1.0, 1], [2.0, 1]]}
result = {"adapter": str(folder / "adapter"), "trainable_parameters": 1, "tokens": 900, "epochs": 1.0,
          "seconds": 2.0, "best_validation_loss": 1.0, "losses": losses}
(folder / "half").write_text(json.dumps(result))
os.replace(folder / "half", folder / "result.json")
"""


def converted(*_: Any, give_up: Callable[[], bool], **__: Any) -> None:
    raise ConversionFailed(f"{give_up()}")


@pytest.fixture
def base(home: Home, monkeypatch: pytest.MonkeyPatch) -> Base:
    """A base that nobody prepares, a process that has trained as soon as it begins, and no conversion."""
    monkeypatch.setattr(register, "lora_to_gguf", converted)
    monkeypatch.setattr(process, "CHILD", [sys.executable, "-c", TRAINED])
    model = find_base_model(home.engine.settings.base_model)
    made = Base(model, home.folder, GgufIdentity("0" * 64, "1" * 64))
    monkeypatch.setattr(work, "prepare_base", lambda settings: made)
    return made


@pytest.fixture
def blocked() -> Iterator[Callable[..., None]]:
    """Work that goes on until the test ends."""
    end = Event()

    def wait(*_: Any, **__: Any) -> None:
        end.wait()

    yield wait
    end.set()


def queue(home: Home, **request: Any) -> Job:
    keep_examples(home)
    return home.engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"} | request)


def ended(home: Home, job: Job) -> Job:
    Runner(home.engine).run(job.id)
    return home.engine.store.jobs.get(job.id)


STAGES = [
    "Making variants",
    "Removing old checkpoints",
    "Freezing",
    "Preparing",
    "Taking",
    "Training",
    "Registering",
]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_asks_whether_it_is_cancelled(
    home: Home,
    base: Base,
    blocked: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
) -> None:
    """Each is asked to stop once it has begun, and would not end by itself."""
    if stage == "Removing old checkpoints":
        monkeypatch.setattr(work, "make_room", blocked)
    if stage == "Preparing":
        monkeypatch.setattr(work, "prepare_base", blocked)
    if stage == "Training":
        monkeypatch.setattr(process, "CHILD", [sys.executable, "-c", "input()"])
    request: dict[str, Any] = {"config": {"training_data": {"augmentation": 0.2}}}
    if stage == "Taking":
        earlier = queue(home)
        made = a_run(home, earlier)
        folder = home.folder / made.folder / "checkpoints" / "checkpoint-3"
        folder.mkdir(parents=True)
        request = {"resumes": earlier.id}
    job = queue(home, **request)
    jobs = home.engine.store.jobs
    monkeypatch.setattr(Attempt, "cancelled", lambda _: jobs.get(job.id).stage.startswith(stage))
    found = ended(home, job)
    assert found.stage.startswith(stage)
    assert (found.state, found.error) == (JobState.CANCELLED, "")


def test_a_cancel_ends_the_copying_of_a_t5(tmp_path: Path) -> None:
    (trained := tmp_path / "final").mkdir()
    (trained / "model.safetensors").write_text("weights")
    asked = iter((False, True))
    (trained / "tokenizer.json").write_text("words")
    with pytest.raises(register.Cancelled):
        register.publish_model(trained, tmp_path / "version", lambda: next(asked))
    assert [path.name for path in tmp_path.iterdir()] == ["final"]
    register.publish_model(trained, tmp_path / "version", lambda: False)
    assert (tmp_path / "version" / "final" / "tokenizer.json").read_text() == "words"


def a_run(home: Home, job: Job, batch_size: int = 4) -> Run:
    snapshot = home.engine.lineage.freeze("anna")
    return home.engine.store.runs.create(
        job.id,
        "anna",
        snapshot.id,
        recipe="quick",
        base_model="tiny",
        folder=f"runs/anna/{job.id}",
        batch_size=batch_size,
    )


@pytest.mark.parametrize(("noted", "batch", "accumulation"), [(5, 5, 2), (2, 2, 5), (1, 1, 10)])
def test_a_restart_goes_on_with_as_many_rows_a_step(
    home: Home, base: Base, noted: int, batch: int, accumulation: int
) -> None:
    made = a_run(home, queue(home), batch_size=noted)
    store = home.engine.store
    recipe = replace(load_recipe("quick"), batch_size=5, gradient_accumulation=2)
    snapshot = store.snapshots.get("anna", made.snapshot_id)
    told = describe(store, home.folder, made, snapshot, recipe, base)["recipe"]
    assert (told["batch_size"], told["gradient_accumulation"]) == (batch, accumulation)


def test_a_training_with_nothing_to_measure_on_is_refused_before_it_begins(
    home: Home, base: Base
) -> None:
    keep_examples(home)
    rows = [(id_, Split.TRAIN) for id_, _ in home.engine.lineage.freeze("anna").rows]
    frozen = home.engine.store.snapshots.create("anna", rows, "0" * 64, ["0" * 64] * len(rows))
    found = ended(home, queue(home, snapshot_id=frozen.id))
    assert (found.state, found.error_code) == (JobState.FAILED, "too_few_rows")
    assert "to measure what was learned" in found.error
    assert not (home.folder / "runs").exists()


@pytest.mark.parametrize(("part", "use"), [("train", "to learn from"), ("test", "to measure")])
def test_a_part_that_fits_no_text_is_named(part: str, use: str) -> None:
    with pytest.raises(TooFewRows, match=f"No text is left {use}") as caught:
        check_rows({"train": 3, "validation": 0, "test": 3} | {part: 0})
    assert exit_code(caught.value) == TOO_FEW_ROWS
    check_rows({"train": 1, "validation": 0, "test": 1})


def test_the_time_of_a_training_is_that_of_all_its_processes(home: Home, base: Base) -> None:
    """Its last process trained for 2 seconds; its steps were made in 27, with a night between."""
    job = queue(home)
    made = a_run(home, job)
    began = datetime.now(UTC)
    seconds = [0, 9, 18, 40_018, 40_027]
    for number, after in enumerate(seconds):
        at = began + timedelta(seconds=after)
        home.engine.store.runs.add_step(
            Step(made.id, number + 1, 1.0, 1.0, None, None, None, 1.0, at)
        )
    ended(home, job)
    run_now = home.engine.store.runs.get(made.id)
    assert (run_now.train_seconds, run_now.trained_tokens) == (27.0, 900)


def test_the_memory_of_a_process_that_waits_counts_as_free(
    home: Home, base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(model: Any, use: str, *, held_mb: int) -> None:
        if held_mb < 5000:
            raise DoesNotFit(model.name, 5000, held_mb)

    monkeypatch.setattr(run, "check_memory", check)
    job = queue(home)
    assert ended(home, job).error_code == "does_not_fit"
    monkeypatch.setattr(process.TrainingProcess, "held_mb", lambda self: 5000)
    assert ended(home, queue(home)).error_code != "does_not_fit"
