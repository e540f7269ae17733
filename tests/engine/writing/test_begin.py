"""What is refused before a model is asked."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput
from engine.writing.begin import MOST_CHARACTERS, MOST_OF_STYLE, check_prompt


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
