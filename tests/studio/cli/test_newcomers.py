"""A name that is new: kept with the first thing that is kept for it, not when a command is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.errors import Unavailable
from tests.processes import Home, somebody_runs
from tests.studio.cli.conftest import problem, zega


@pytest.mark.parametrize(
    "arguments",
    [
        ("auto-train", "--num", "0"),
        ("write", "A clock runs backwards.", "--genre", "western"),
        ("two-phase", "--target-summaries", "1"),
        ("keywords", "add", "terms", "-"),
        ("memory", "remember", "-"),
        ("budget", "set", "--month-tokens", "-1"),
        ("schedule", "set", "--pause"),
        ("schedule", "set", "--at", "03:00", "--train-at", "-1"),
    ],
    ids=" ".join,
)
def test_who_is_refused_is_not_known_afterwards(home: Home, arguments: tuple[str, ...]) -> None:
    error = problem(zega(*arguments, "--user", "cleo", "--json", stdin="\n"))
    assert error["code"] == "invalid_input", error
    assert home.engine.users() == ["anna"]
    assert home.engine.automation.schedule("cleo") is None


def test_a_text_that_no_model_writes_leaves_no_story(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: Any) -> None:
        raise Unavailable("The model server did not start.")

    monkeypatch.setattr("studio.background.wait_until_served", never)
    with somebody_runs(home, "model-server"):
        for user in ("anna", "cleo"):
            asked = ("write", "A clock runs backwards.", "--user", user, "--json")
            assert problem(zega(*asked))["code"] == "model_unavailable"
    assert home.engine.users() == ["anna"]
    assert home.engine.store.stories.list("anna") == []


def test_who_is_new_needs_no_other_command_before(home: Home, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("lamp\noil can\n", encoding="utf-8")
    assert zega("keywords", "add", "terms", str(words), "--user", "cleo").exit_code == 0
    assert zega("budget", "set", "--month-tokens", "9", "--user", "dora").exit_code == 0
    assert zega("schedule", "set", "--at", "03:00", "--user", "emil").exit_code == 0
    assert home.engine.users() == ["anna", "cleo", "dora", "emil"]
