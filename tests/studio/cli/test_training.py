"""`zega train`, `evaluate` and `update` by a configuration: errors with lines, and the way to a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.domain.job import JobState
from engine.engine import Engine
from engine.errors import InvalidInput
from engine.evaluation.report import write_whole
from tests.engine.training.test_trainings import rows_of
from tests.processes import Home
from tests.studio.cli.conftest import problem, start_zega, zega

WRONG = "hyperparameters:\n  learning_rte: 1\n  epochs: many\n"


def config(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("command", ["train", "update", "evaluate"])
def test_what_is_off_in_a_file_is_said_with_its_lines(
    engine: Engine, tmp_path: Path, command: str
) -> None:
    options = ("--user", "anna", "--config", config(tmp_path, WRONG))
    error = problem(zega(command, *options, "--json"))
    assert error["code"] == "invalid_config"
    first, second = error["message"].splitlines()
    assert first.startswith("line 2: hyperparameters.learning_rte is not a setting; allowed: lear")
    assert second == "line 3: hyperparameters.epochs must be a whole number, got 'many'"
    told = zega(command, *options)
    assert told.exit_code == 1
    assert "line 3: " in told.stderr
    assert engine.jobs("anna") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "--config", "gone.yaml"), "gone.yaml cannot be read"),
        (("train", "--config", "x.yaml", "--recipe", "quick"), "exclude each other"),
        (("train", "--recipe", "slow"), "There is no recipe 'slow' here."),
        (("evaluate", "--text", "-", "--output", "x.json", "--version", "base"), "is for --config"),
    ],
)
def test_what_does_not_go_together_is_refused(
    engine: Engine, arguments: tuple[str, ...], said: str
) -> None:
    assert said in problem(zega(*arguments, "--user", "anna", "--json"))["message"]


def test_a_report_needs_a_version(engine: Engine, tmp_path: Path) -> None:
    options = ("--user", "anna", "--config", config(tmp_path, "model: {name: x}"), "--json")
    assert problem(zega("evaluate", *options))["code"] == "not_found"
    assert problem(zega("evaluate", *options, "--version", "7"))["code"] == "not_found"
    assert "must be a number" in problem(zega("evaluate", *options, "--version", "base"))["message"]


def test_update_imports_trains_measures_and_writes_the_report(home: Home, tmp_path: Path) -> None:
    """The whole way from a file of rows; then the version waits, as `auto_deploy` is false."""
    (tmp_path / "rows.jsonl").write_bytes(rows_of(16))
    text = "training_data: {source: file, path: rows.jsonl}\nhyperparameters: {epochs: 1}\n"
    options = ("--user", "anna", "--config", config(tmp_path, text))
    report = tmp_path / "report.json"
    process = start_zega(
        home, "update", *options, "--output", str(report), "--json", folder=tmp_path
    )
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    found = json.loads(out)
    assert json.loads(report.read_text(encoding="utf-8")) == found
    assert (found["version"], found["config"], found["recipe"]) == ("zega-anna v1", "mine", "mine")
    loss = found["metrics"]["loss"]
    assert found["rows"] > 0
    assert loss["gain"] == pytest.approx(loss["base"] - loss["version"])
    assert loss["interval"][0] <= loss["gain"] <= loss["interval"][1]
    assert found["metrics"]["perplexity"]["base"] > found["metrics"]["loss"]["base"]
    assert found["metrics"]["quality"]["prompts"] > 0
    (version,) = home.engine.versions("anna")
    assert version.gain.before == pytest.approx(loss["base"], abs=1e-4)
    assert version.gain.after == pytest.approx(loss["version"], abs=1e-4)
    assert home.engine.active_version("anna") is None
    assert "waits for you" in version.verdict
    kinds = [job.kind.value for job in home.engine.jobs("anna")]
    assert sorted(kinds) == ["import", "training"]
    assert all(job.state is JobState.SUCCEEDED for job in home.engine.jobs("anna"))

    only = config(tmp_path, "evaluation: {metrics: [perplexity]}")
    people = zega("evaluate", "--user", "anna", "--config", only, "--version", "1")
    assert "perplexity" in people.stdout
    assert "quality" not in people.stdout


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_whole(path, "one")
    write_whole(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_whole(tmp_path / "gone" / "report.json", "x")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_whole(tmp_path, "x")
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]
