"""`zega evaluate` on the frozen set and on benchmarks, and `zega benchmarks …`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.engine import Engine
from tests.fake_llamacpp import fake_llamacpp
from tests.processes import Home, worked_here
from tests.studio.cli.conftest import document, problem, zega

ROWS = '{"prompt": "Is a cat an animal?", "label": "yes"}\n{"prompt": "Say hello."}\n'


def test_benchmarks_from_a_file_to_nothing(engine: Engine, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(ROWS, encoding="utf-8")
    options = ("--user", "anna", "--json")
    added = document(zega("benchmarks", "add", "mine", str(rows), *options))
    assert (added["name"], added["rows"], added["labels"]) == ("mine", 2, 1)
    assert (
        "is taken"
        in problem(zega("benchmarks", "add", "mine", "-", *options, stdin=ROWS))["message"]
    )
    broken = problem(zega("benchmarks", "add", "other", "-", *options, stdin=ROWS + "{"))
    assert broken["code"] == "invalid_input"
    assert "line 3: the line is no JSON object" in broken["message"]
    assert document(zega("benchmarks", "list", *options)) == [added]
    assert "2  mine" in zega("benchmarks", "list", "--user", "anna").stdout
    assert document(zega("benchmarks", "remove", "mine", *options)) == {"removed": "mine"}
    assert problem(zega("benchmarks", "remove", "mine", *options))["code"] == "not_found"
    assert zega("benchmarks", "list", "--user", "anna").stdout == "No benchmarks yet.\n"
    assert zega("benchmarks", "add").exit_code == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--text", "-", "--config", "x.yaml"), "exclude each other"),
        (("--text", "-", "--rival", "base"), "--rival is for neither --text nor --config"),
        (("--config", "x.yaml", "--report", "x.md"), "--report is for neither"),
        (("--version", "base", "--report", "x.txt"), "must end in .md or .json"),
        (("--version", "base", "--output", "x.json"), "is for --config"),
        (("--version", "gpt"), "must be of base, a version's number, teacher"),
        (("--version", "base", "--rival", "base"), "is the same model"),
        (("--version", "base", "--benchmark", "none"), "There is no benchmark 'none' here."),
        ((), "There is no active version of 'anna' here."),
    ],
)
def test_what_does_not_go_together_is_refused(
    engine: Engine, options: tuple[str, ...], said: str
) -> None:
    assert said in problem(zega("evaluate", "--user", "anna", "--json", *options))["message"]
    assert engine.jobs("anna") == []


def test_a_model_is_measured_by_the_worker_and_reported(
    home: Home, engine: Engine, tmp_path: Path
) -> None:
    engine.benchmarks.add("anna", "mine", ROWS.encode())
    options = ("--user", "anna", "--version", "base", "--benchmark", "mine")
    page, plain = tmp_path / "report.md", tmp_path / "report.json"
    with fake_llamacpp() as teacher, worked_here(home):
        home.publish(teacher)
        found = document(zega("evaluate", *options, "--report", str(plain), "--json"))
        told = zega("evaluate", *options, "--report", str(page))
    assert json.loads(plain.read_text(encoding="utf-8")) == found
    assert found["model"] == "the base tiny"
    assert (found["answers"], found["benchmark"]) == (2, "mine")
    assert found["figures"]["accuracy"]["n"] == 1
    assert told.exit_code == 0
    assert "the base tiny:\n  Accuracy " in told.stdout
    assert page.read_text(encoding="utf-8").startswith("# How the base tiny was measured\n")
    ((measured,), _) = engine.evaluations.page("anna")  # nobody was asked twice
    assert measured.id == found["id"]
