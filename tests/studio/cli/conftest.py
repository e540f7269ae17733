"""Commands as people call them: a real process from another folder, or in this one where that is enough."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from engine.engine import Engine
from studio.cli import app
from tests.processes import ROOT, Home

ZEGA = str(ROOT / "scripts" / "zega")


@pytest.fixture
def home(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home folder that commands in this process use, too."""
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    return home


@pytest.fixture
def engine(home: Home) -> Engine:
    return home.engine


def zega(*arguments: str, stdin: str | None = None) -> Result:
    """A command in this process."""
    return CliRunner().invoke(app, arguments, input=stdin)


def document(result: Result) -> Any:
    """The one JSON document a command printed, with nothing on stderr."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def problem(result: Result) -> Mapping[str, str]:
    """The error a command ended with, with nothing on stdout."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    error: dict[str, str] = json.loads(result.stderr)
    assert set(error) == {"code", "message"}
    return error


def start_zega(home: Home, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    """A command in a process of its own, called from `folder`. Tests that run in the background
    ignore Ctrl-C, and would hand that down."""
    return subprocess.Popen(
        ["env", "--default-signal=INT", ZEGA, *arguments],
        cwd=folder,
        env={**os.environ, **home.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
