"""What is refused before a model is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InvalidInput
from engine.kinds import open_kinds, stories
from engine.writing.begin import MOST_CHARACTERS, MOST_OF_STYLE, check_prompt, check_request


@pytest.mark.parametrize(
    ("prompt", "style", "field"),
    [
        (" \n", None, "prompt"),
        ("x" * (MOST_CHARACTERS + 1), None, "prompt"),
        ("A fox.", "x" * (MOST_OF_STYLE + 1), "style"),
    ],
)
def test_what_no_model_could_read_is_refused_by_name(
    prompt: str, style: str | None, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_prompt(prompt, style)
    assert refused.value.field == field


def test_the_longest_that_fits_is_taken() -> None:
    check_prompt("x" * MOST_CHARACTERS, "y" * MOST_OF_STYLE)
    check_prompt("A fox.")


def test_genre_and_style_are_for_kinds_that_have_them(tmp_path: Path) -> None:
    epics = open_kinds(tmp_path).get("epics")
    check_request(stories(), "A fox.", genre="horror", style="Be brief.")
    check_request(epics, "A shop.", genre=None, style=None)
    for values in ({"genre": "horror", "style": None}, {"genre": None, "style": "Be brief."}):
        with pytest.raises(InvalidInput, match="must be left out"):
            check_request(epics, "A shop.", **values)
