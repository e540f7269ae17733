"""The share of runs of four words that were said before."""

from __future__ import annotations

import pytest

from engine.evaluation.repetition import repetition


def test_a_text_that_says_everything_once_repeats_nothing() -> None:
    assert repetition("The rain had stopped before the last guest found her coat.") == 0.0


def test_each_run_that_comes_again_counts() -> None:
    # Nine words make six runs, and the last is the first.
    said = "The cat sat down, and the cat sat down."
    assert repetition(said) == pytest.approx(1 / 6)
    assert repetition(said.upper()) == pytest.approx(1 / 6)


def test_a_loop_comes_close_to_one() -> None:
    assert repetition("he ran away and " * 50) > 0.95


@pytest.mark.parametrize("text", ["", "Too short.", "three words only"])
def test_fewer_than_four_words_repeat_nothing(text: str) -> None:
    assert repetition(text) == 0.0
