"""`zega import`, `zega imports …`: shown first, taken in by a worker, listed, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fake_llamacpp import good_texts
from tests.processes import Home, worked_here
from tests.studio.cli.conftest import document, problem, zega


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A manuscript, rows of which one is broken, and a film."""
    story = "\n\n".join(row["text"] for row in good_texts()[:6])
    (tmp_path / "mine.md").write_text(story, encoding="utf-8")
    row = {"prompt": "Write of the sea.", "completion": "The sea was calm."}
    (tmp_path / "rows.jsonl").write_text(f"{json.dumps(row)}\nnot\n", encoding="utf-8")
    (tmp_path / "film.mp4").write_bytes(b"1")
    return [str(tmp_path / name) for name in ("mine.md", "rows.jsonl", "film.mp4")]


def test_a_dry_run_shows_what_would_come_of_it(home: Home, files: list[str]) -> None:
    shown = zega("import", *files, "--user", "anna", "--dry-run").stdout
    assert "Nothing was saved" in shown
    assert "Continue this story" in shown
    assert "row 2: it is no JSON" in shown
    assert "film.mp4: 0 accepted, 0 refused. Left out: only .txt" in shown
    found = document(zega("import", *files, "--user", "anna", "--dry-run", "--json"))
    assert found["accepted"] + found["rejected"] == found["read"] == 1 + found["accepted"]
    assert home.engine.imports.list("anna") == []


def test_what_is_imported_is_listed_and_undone(home: Home, files: list[str]) -> None:
    with worked_here(home):
        taken = document(zega("import", *files, "--user", "anna", "--as", "instruction", "--json"))
    assert (taken["accepted"], taken["rejected"]) == (taken["read"] - 1, 1)
    assert [file["name"] for file in taken["files"] if file["problem"]] == ["film.mp4"]
    assert home.engine.readiness("anna").total == taken["accepted"] - 1 > 3  # the row scores low
    (listed,) = document(zega("imports", "list", "--user", "anna", "--json"))["imports"]
    assert listed == taken
    undone = document(zega("imports", "undo", taken["id"], "--user", "anna", "--json"))
    assert undone == {"removed": taken["accepted"], "staying": 0}
    assert home.engine.store.examples.list("anna") == []
    assert "undone" in zega("imports", "list", "--user", "anna").stdout


def test_what_cannot_be_is_said(home: Home, files: list[str], tmp_path: Path) -> None:
    missing = str(tmp_path / "gone.txt")
    assert "gone.txt" in problem(zega("import", missing, "--user", "anna", "--json"))["message"]
    wrong = problem(zega("import", *files, "--user", "anna", "--as", "riddle", "--json"))
    assert wrong["code"] == "invalid_input"
    other = problem(zega("imports", "undo", "0" * 32, "--user", "anna", "--json"))
    assert other["code"] == "not_found"
