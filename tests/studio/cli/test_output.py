"""What the surroundings of a command can do to it: no text, no input, nowhere to write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT, Home
from tests.studio.cli.conftest import problem, zega


def test_bytes_that_are_no_text_are_refused_by_name(home: Home) -> None:
    for arguments in (("write", "\udcff\udcfe"), ("memory", "recall", "\udcff")):
        error = problem(zega(*arguments, "--user", "anna", "--json"))
        assert error["code"] == "invalid_input"
        assert "is not UTF-8 text" in error["message"]


def test_a_number_no_database_takes_is_refused(home: Home) -> None:
    error = problem(zega("memory", "list", "--user", "anna", "--limit", "9" * 30, "--json"))
    assert error["code"] == "invalid_input"


def test_a_file_that_cannot_be_written_is_said(home: Home, tmp_path: Path) -> None:
    home.engine.ensure_user("anna")
    place = str(tmp_path / "nowhere" / "memory.jsonl")
    failed = zega("memory", "export", "--user", "anna", "--out", place)
    assert failed.exit_code == 1
    assert "[storage_unavailable]" in failed.stderr
    assert "nowhere" in failed.stderr


def test_a_home_that_is_no_database_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.folder / "other.db").write_text("A letter, not a database." * 100)
    monkeypatch.setenv("ZEGA_DATABASE_URL", f"sqlite:///{home.folder / 'other.db'}")
    assert problem(zega("stats", "--json"))["code"] == "storage_unavailable"


def test_a_closed_standard_input_is_said(home: Home) -> None:
    command = f"exec {sys.executable} -m studio.cli score - <&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "standard input is closed" in done.stderr
    assert "Traceback" not in done.stderr
