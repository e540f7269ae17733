"""The guard against copying: planted spans are found to the word."""

from __future__ import annotations

import pytest

from engine.style.copying import copied
from tests.engine.style.voices import long_winded, short_spoken

TRAINED = [
    "At nine the ferry left, and behind it the whole town of Perrin went quietly back to sleep again.",
    "Nobody had told the pilot.",
]
SPAN = [
    "the",
    "ferry",
    "left",
    "and",
    "behind",
    "it",
    "the",
    "whole",
    "town",
    "of",
    "Perrin",
    "went",
    "quietly",
]


@pytest.mark.parametrize("length", [3, 4, 8, 12, 13])
def test_the_longest_span_is_found(length: int) -> None:
    answer = " ".join(["Once", *SPAN[:length], "elsewhere"])
    found = copied(["Something else.", answer], TRAINED)
    assert found.longest == length
    assert found.is_flagged == (length > 12)


def test_case_and_marks_do_not_hide_it() -> None:
    found = copied(["THE FERRY left; and behind it? The whole"], TRAINED)
    assert found.longest == 8


def test_a_span_at_the_end_of_a_text_is_counted_to_its_end() -> None:
    assert copied(["quietly back to sleep again"], TRAINED).longest == 5
    assert copied(["back to sleep again. Nobody had told"], TRAINED).longest == 4


def test_the_share_counts_runs_of_eight_words() -> None:
    eight = " ".join(SPAN[:8])
    found = copied([f"{eight} zero"], TRAINED)
    assert found.share == pytest.approx(1 / 2)
    assert found.words == 9
    assert copied(TRAINED[:1], TRAINED).share == 1.0


def test_what_was_never_seen_copies_nothing() -> None:
    found = copied([short_spoken(300, seed=1)], [long_winded(3000, seed=1)])
    assert (found.longest, found.share) == (0, 0.0)
    assert copied([], TRAINED).longest == copied(["Yes."], TRAINED).longest == 0
