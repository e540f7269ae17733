"""Where the token lies, and what the terminal says of it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.settings import load_settings
from studio.api.token import is_token, token_of, where_token_is
from studio.secret_file import read_or_make

SET = "a-token-of-this-test-0123456789"


def test_on_loopback_nothing_is_made_and_nothing_said(tmp_path: Path) -> None:
    assert where_token_is(load_settings(home=tmp_path / "home")) == ""
    assert not (tmp_path / "home").exists()


def test_from_outside_it_is_made_and_the_terminal_says_where_but_not_what(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, host="0.0.0.0")
    line = where_token_is(settings)
    assert str(tmp_path / "api_token") in line
    assert token_of(settings) not in line
    assert stat.S_IMODE((tmp_path / "api_token").stat().st_mode) == 0o600


def test_one_that_is_set_wins_and_no_file_is_made(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, host="0.0.0.0", api_token=SET)
    assert token_of(settings) == SET
    assert "ZEGA_API_TOKEN" in where_token_is(settings)
    assert SET not in where_token_is(settings) + str(settings) + repr(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["", SET[:-1], SET + "x", SET.upper(), "\udcff", "é"])
def test_only_the_token_is_the_token(given: str) -> None:
    assert is_token(SET, SET)
    assert not is_token(given, SET)


def test_a_secret_is_made_once_and_an_emptied_file_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret"
    secret = read_or_make(path)
    assert read_or_make(path) == secret
    assert [each.name for each in path.parent.iterdir()] == ["secret"]
    path.write_text("")
    with pytest.raises(RuntimeError, match="holds no secret"):
        read_or_make(path)
