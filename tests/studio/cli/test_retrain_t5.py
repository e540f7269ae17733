"""`zega retrain-t5`: what is refused, what is asked first, and the whole way on a tiny T5."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.domain.version import Student
from engine.jobs import work
from engine.training import process
from engine.training.run import Base
from models.catalog import find_base_model
from models.gguf import GgufIdentity
from tests.engine.jobs.test_training import keep_examples
from tests.processes import Home, worked_here
from tests.studio.cli.conftest import document, problem, zega
from tests.tiny_t5 import make_tiny_t5

TRAINED = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
(folder / "final").mkdir()
(folder / "final" / "model.safetensors").write_text("weights")
overlap = {name: {"rouge_l": 1.0, "chrf": 2.0, "rows": 2} for name in ("before", "after")}
losses = {"before": [[2.0, 1], [3.0, 1]], "after": [[1.0, 1], [2.0, 1]]}
result = {"adapter": str(folder / "final"), "trainable_parameters": 1, "tokens": 9, "epochs": 1.0,
          "seconds": 2.0, "best_validation_loss": 1.0, "losses": losses, "overlap": overlap, "answers": []}
(folder / "half").write_text(json.dumps(result))
os.replace(folder / "half", folder / "result.json")
"""


def test_too_few_pairs_say_how_many_are_missing(home: Home) -> None:
    keep_examples(home)
    found = problem(zega("retrain-t5", "--user", "anna", "--kind", "epics", "--json"))
    assert found["code"] == "not_enough_examples"
    assert "10 missing" in found["message"]
    assert problem(zega("retrain-t5", "--user", "anna", "--kind", "odes", "--json"))["code"] == (
        "invalid_input"
    )
    assert home.engine.jobs("anna") == []


def test_a_long_run_is_asked_for_first(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_examples(home)
    monkeypatch.setattr("engine.training.estimate.FIRST_GUESS", 1.0)
    found = problem(zega("retrain-t5", "--user", "anna", "--json"))
    assert (found["code"], "nothing was started" in found["message"]) == ("invalid_input", True)
    asked = zega("retrain-t5", "--user", "anna", stdin="n\n")
    assert asked.exit_code == 1
    assert "16 pairs, about" in asked.stderr
    assert "(a first guess)" in asked.stderr
    assert home.engine.jobs("anna") == []


def test_a_t5_is_trained_and_activated_by_commands(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stand-in for the process that trains and for the base it would train."""
    keep_examples(home)
    identity = GgufIdentity("0" * 64, "1" * 64)
    base = Base(find_base_model("t5-small"), home.folder, identity)
    monkeypatch.setattr(work, "prepare_base", lambda settings: base)
    monkeypatch.setattr(process, "CHILD", [sys.executable, "-c", TRAINED])
    with worked_here(home):
        check_commands(home)


@pytest.mark.prove
def test_a_t5_is_really_trained_and_activated_by_commands(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_examples(home)
    texts = [
        text
        for each in home.engine.trainings.examples("anna")
        for text in (each.prompt, each.completion)
    ]
    make_tiny_t5(tmp_path / "models" / "t5-small", texts=texts)
    monkeypatch.setenv("ZEGA_MODELS_DIR", str(tmp_path / "models"))
    check_commands(home)


def check_commands(home: Home) -> None:
    """From the training to the base again."""
    version = document(zega("retrain-t5", "--user", "anna", "--json"))
    assert (version["student"], version["recipe"], version["base_model"]) == (
        "t5",
        "t5",
        "t5-small",
    )
    (row,) = document(zega("versions", "--user", "anna", "--json"))
    assert (row["name"][:13], row["student"]) == ("t5-retrained-", "t5")
    assert document(zega("activate", "1", "--user", "anna", "--json")) == {"active": row["name"]}
    assert home.engine.active_version("anna", Student.T5) is not None
    shown = zega("versions", "--user", "anna").stdout.splitlines()
    assert [line[0] for line in shown] == ["*", "*"]  # the T5, and the base as zega-anna
    assert document(zega("activate", "t5-base", "--user", "anna", "--json")) == {
        "active": "t5-base"
    }
    assert home.engine.active_version("anna", Student.T5) is None
