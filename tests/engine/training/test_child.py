"""What the training process does around its trainer, with a stand-in for that."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.domain.job import JobKind
from engine.store.runs import Runs
from engine.training import child
from engine.training.endings import MEASURING
from engine.training.errors import TooFewRows
from engine.training.rows import TextRow
from tests.engine.jobs.test_training import keep_examples
from tests.processes import Home

ROWS = {part: [["Go.", "He went.", ""]] for part in ("train", "validation", "test")}
STEPS = 5


class Trainer:
    """Logs some steps; `fitting` is what is left of the rows."""

    def __init__(self, folder: Path, fitting: dict[str, Any]) -> None:
        self.trained, self.was_measuring = False, False
        self._folder, self._fitting = folder, fitting

    def read_rows(self, *_: Any) -> dict[str, Any]:
        return self._fitting

    def train(self, *_: Any, on_step: Any, **settings: Any) -> SimpleNamespace:
        from engine.training.report import StepReport

        self.trained, self.told = True, settings
        assert not (self._folder / MEASURING).exists()
        for step in range(1, STEPS + 1):
            on_step(StepReport(step, STEPS, 1.0, 1.0, None, None, None, 1.0))
        return SimpleNamespace(
            adapter=self._folder,
            trainable_parameters=1,
            tokens=1,
            epochs=1.0,
            seconds=1.0,
            best_validation_loss=None,
        )

    def measure(self, *_: Any, **asked: Any) -> dict[str, Any]:
        self.was_measuring, self.asked = (self._folder / MEASURING).exists(), asked
        return {"losses": {}} | ({"notes": ["It leans."]} if "preferences" in asked else {})


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a run folder's run.json would say."""
    for name in ("ZEGA_HOME", "ZEGA_BASE_MODEL"):
        monkeypatch.setenv(name, home.environment[name])
    monkeypatch.setattr(child, "begin", lambda *_: None)
    store = home.engine.store
    keep_examples(home)
    job = store.jobs.create("anna", JobKind.TRAINING, {})
    snapshot = home.engine.lineage.freeze("anna")
    store.runs.create(
        job.id,
        "anna",
        snapshot.id,
        recipe="quick",
        base_model="tiny",
        folder="run",
        batch_size=1,
    )
    return {
        "run_id": job.id,
        "trainer": "lora_sft",
        "base": "base",
        "recipe": {"max_length": 9},
        "rows": ROWS,
        "active_id": None,
        "active_adapter": None,
    }


def train(
    run: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch, fitting: dict[str, Any]
) -> Trainer:
    trainer = Trainer(folder, fitting)
    monkeypatch.setitem(sys.modules, "engine.training.lora_sft", trainer)  # type: ignore[arg-type]
    child.train_run(run, folder)
    return trainer


def test_each_step_is_one_row_and_their_number_is_written_once(
    home: Home, run: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[dict[str, Any]] = []
    update = Runs.update

    def noted(self: Runs, run_id: str, **values: Any) -> Any:
        written.append(values)
        return update(self, run_id, **values)

    monkeypatch.setattr(Runs, "update", noted)
    assert train(run, tmp_path, monkeypatch, ROWS).was_measuring
    assert written == [{"total_steps": STEPS}]
    runs = home.engine.store.runs
    assert [step.step for step in runs.steps(run["run_id"])] == list(range(1, STEPS + 1))
    assert runs.get(run["run_id"]).total_steps == STEPS


def test_the_result_says_which_rows_were_measured_beside_whom(
    run: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [[f"Go {place}.", "He went.", ""] for place in range(3)]
    run |= {"rows": ROWS | {"test": texts}, "active_id": "a" * 32}
    fitting = {part: [TextRow(*row) for row in rows] for part, rows in run["rows"].items()}
    del fitting["test"][1]
    trainer = Trainer(tmp_path, fitting)
    monkeypatch.setitem(sys.modules, "engine.training.lora_sft", trainer)  # type: ignore[arg-type]
    result = child.train_run(run, tmp_path)
    assert (result["active_id"], result["measured"]) == ("a" * 32, [0, 2])


@pytest.mark.parametrize("start", ["/versions/anna/1/adapter", None])
def test_a_preference_training_is_told_where_it_starts_and_says_how_it_leans(
    home: Home,
    run: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start: str | None,
) -> None:
    rows = ROWS | {"preferences": [["Go.", "He went.", "", "He go."]]}
    trainer = train(run | {"start": start, "rows": rows}, tmp_path, monkeypatch, rows)
    begun = start and Path(start)
    assert trainer.told["start"] == trainer.asked["start"] == begun
    assert trainer.asked["preferences"] == rows["preferences"]
    assert home.engine.store.runs.get(run["run_id"]).notes == ("It leans.",)
    (tmp_path / "plain").mkdir()
    plain = train(run, tmp_path / "plain", monkeypatch, ROWS)
    assert not {"start", "preferences"} & ({*plain.told} | {*plain.asked})


def test_texts_that_are_all_too_long_to_measure_on_are_said_before_anything_is_trained(
    home: Home, run: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(tmp_path, ROWS | {"test": []})
    monkeypatch.setitem(sys.modules, "engine.training.lora_sft", trainer)  # type: ignore[arg-type]
    with pytest.raises(TooFewRows, match="to measure what was learned"):
        child.train_run(run, tmp_path)
    assert not trainer.trained
    (note,) = home.engine.store.runs.get(run["run_id"]).notes
    assert note.endswith("reads of a text: 1.")
