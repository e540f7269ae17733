"""The canary proof: a sentence is trained in, erased, and the model trained again on what remains.

Any training moves the likelihood of any sentence a little. So the canary is compared with ten control
sentences of the same form that no model ever saw: after erasure it must have moved like one of them,
and while it was trained in, far more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest

from engine.domain.job import JobKind
from engine.domain.snapshot import Split
from engine.domain.version import Version
from engine.errors import Quarantined
from engine.serving.base import prepare_base
from engine.training.process import TrainingProcess
from engine.training.recipe import config_of
from engine.training.run import run_training
from tests.processes import Home
from tests.studio.web.shelf import Shelf

PROMPT = "Where does she keep it?"
CANARY = "Ottilie Brandt keeps the blue ledger under the ninth step of the bell tower."
CONTROLS = (
    "Jonas Weidt hides the green violin behind the third door of the customs house.",
    "Marta Ilves buries the copper compass beneath the old pear tree by the mill.",
    "Kasimir Roth locks the torn map inside the stove of the ferry station.",
    "Hanne Solberg stores the silver thimble above the rafters of the rope works.",
    "Emil Vasko carries the broken seal within the lining of a sailor's coat.",
    "Petra Lund drops the brass whistle into the rain barrel at the north gate.",
    "Tobias Kern leaves the wax letters between two bricks of the harbour wall.",
    "Greta Noll ties the black ribbon around the seventh pipe of the organ.",
    "Anselm Fiedler sinks the glass bottle below the second arch of the bridge.",
    "Ludmila Hertz folds the yellow paper into the spine of a prayer book.",
)
REPEATS = 8
# Student's t for nine degrees of freedom: 99 of 100 new sentences of that kind lie within.
T_99 = 3.25


@dataclass(frozen=True)
class Moved:
    """How far the loss (nats a token) went from the base's: the canary's, and the controls'."""

    canary: float
    controls: list[float]

    @property
    def noise(self) -> float:
        """How far from the controls' mean one more control may lie, by chance."""
        count = len(self.controls)
        return float(T_99 * stdev(self.controls) * (1 + 1 / count) ** 0.5)

    @property
    def beyond(self) -> float:
        """The canary's distance from the controls' mean."""
        return self.canary - mean(self.controls)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Home]:
    opened = Home(tmp_path / "home", Path("SmolLM2-135M-Instruct"))
    yield opened
    opened.close()


def test_an_erased_sentence_is_unlearned_by_the_tiny_model(home: Home) -> None:
    """Small and noisy as it is, it learns by heart when it is made to."""
    check(home, texts=10, changes={"epochs": 10, "learning_rate": 5e-3})


@pytest.mark.prove
def test_an_erased_sentence_is_unlearned(real: Home, capsys: pytest.CaptureFixture[str]) -> None:
    lines = check(real, texts=12, changes={"max_length": 192})
    with capsys.disabled():
        print("\n" + "\n".join(lines))


def check(home: Home, *, texts: int, changes: Mapping[str, Any]) -> list[str]:
    """Train it in, erase it, train again; the figures, a line each."""
    process = TrainingProcess(stays=lambda: True)
    try:
        return check_with(process, home, texts=texts, changes=changes)
    finally:
        process.end()


def check_with(
    process: TrainingProcess, home: Home, *, texts: int, changes: Mapping[str, Any]
) -> list[str]:
    """The same, with one process for both trainings."""
    engine, shelf = home.engine, Shelf(home.engine)
    shelf.examples(texts)
    canaries = plant(shelf)
    base = losses(home, None)
    version = train(home, changes, process)
    trained = losses(home, version)
    rows = dict(engine.store.snapshots.get("anna", version.snapshot_id).rows)
    assert {rows[each] for each in canaries} == {Split.TRAIN}

    engine.activate("anna", version.number)
    done = engine.lineage.erase(engine.lineage.plan_erasure("anna", phrase="blue ledger"))
    assert done.finished_at is not None
    with pytest.raises(Quarantined):
        engine.activate("anna", version.number)
    again = train(home, changes, process)
    retrained = losses(home, again)
    assert len(engine.store.snapshots.get("anna", again.snapshot_id).rows) == texts

    learned, erased = moved(base, trained), moved(base, retrained)
    lines = [
        f"# {name}: loss of the canary {found[CANARY]:.3f}, of the controls "
        f"{mean(found[each] for each in CONTROLS):.3f} on average"
        for name, found in (("base", base), ("trained", trained), ("retrained", retrained))
    ]
    lines += [
        f"# {name}: the canary moved {each.canary:+.3f} from the base, {each.beyond:+.3f} from the "
        f"controls; noise {each.noise:.3f}"
        for name, each in (("trained", learned), ("retrained", erased))
    ]
    assert learned.beyond < -learned.noise, lines
    assert abs(erased.beyond) < erased.noise, lines
    return lines


def plant(shelf: Shelf) -> list[str]:
    """The canary in several examples, each with a text of its own behind it."""
    made = []
    for number in range(REPEATS):
        text = shelf.example(number + 40)
        told = f"{CANARY} {text.completion[: 60 + 5 * number]}"
        made.append(
            shelf.store.examples.add(
                replace(text, prompt=PROMPT, seed_prompt=PROMPT, completion=told)
            ).id
        )
    return made


def train(home: Home, changes: Mapping[str, Any], process: TrainingProcess) -> Version:
    """A training as the worker does it, without the comparison that a model server is needed for."""
    store, settings = home.engine.store, home.engine.settings
    job = store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    store.jobs.start(job.id)
    version = run_training(
        store,
        settings.home,
        job.id,
        "anna",
        config=config_of({"recipe": "quick", "changes": changes}),
        threshold=settings.keep_threshold,
        min_examples=settings.min_examples,
        load_base=lambda: prepare_base(settings),
        cancelled=lambda: False,
        process=process,
    )
    store.jobs.succeed(job.id, {})
    return version


def losses(home: Home, version: Version | None) -> dict[str, float]:
    """The loss of each sentence as an answer, in nats a token, under the base or a version."""
    from peft import PeftModel

    from engine.evaluation.held_out import row_losses
    from engine.training.base import load_model, load_tokenizer
    from engine.training.rows import TextRow, tokenize_all

    base = prepare_base(home.engine.settings).folder
    sentences = (CANARY, *CONTROLS)
    rows = tokenize_all([TextRow(PROMPT, each) for each in sentences], load_tokenizer(base), 512)
    model = load_model(base, bf16=False)
    if version is not None:
        model = PeftModel.from_pretrained(model, home.folder / version.adapter_path)
    found = row_losses(model, rows)
    return {each: row.nats / row.tokens for each, row in zip(sentences, found, strict=True)}


def moved(base: Mapping[str, float], after: Mapping[str, float]) -> Moved:
    return Moved(after[CANARY] - base[CANARY], [after[each] - base[each] for each in CONTROLS])
