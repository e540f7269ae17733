"""Habits: what differs most between user and model comes first, in figures of texts that one can count."""

from __future__ import annotations

import pytest

from engine.quality.tokens import parse
from engine.style.habits import MEASURES, difference, favourite_words, habits
from tests.engine.style.voices import long_winded, passages, short_spoken

OWN, BASE = passages(long_winded, 12, seed=1), passages(short_spoken, 12, seed=2)
TEXT = """"I'm late," she said quickly; we ran -- all of us.

Why? The family had gone, slowly, early!"""


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("words in a sentence", 17 / 3),
        ("words in a paragraph", 17 / 2),
        ("commas in a hundred words", 100 * 3 / 17),
        ("semicolons in a hundred words", 100 / 17),
        ("dashes in a hundred words", 100 / 17),
        ("exclamation marks in a hundred words", 100 / 17),
        ("question marks in a hundred words", 100 / 17),
        ("adverbs in -ly in a hundred words", 100 * 2 / 17),
        ("“I”, “we” and their forms in a hundred words", 100 * 3 / 17),
        ("contractions in a hundred words", 100 / 17),
        ("words spoken, of a hundred", 100 * 2 / 18),
    ],
)
def test_each_habit_counts_what_it_says(name: str, count: float) -> None:
    assert MEASURES[name](parse(TEXT)) == pytest.approx(count)


def test_the_five_that_differ_most_come_first() -> None:
    found = habits(OWN, BASE, passages(short_spoken, 12, seed=3), seed=1)
    assert len(found) == 5
    sizes = [abs(each.difference) for each in found]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) > 2, "the two manners have little in common"
    names = [each.name for each in found]
    assert "words in a sentence" in names
    assert sum(name.startswith("“") and "forms" not in name for name in names) <= 2
    of = {each.name: each for each in found}
    sentences = of["words in a sentence"]
    assert sentences.difference > 0
    assert sentences.own.value > 25 > 8 > sentences.version.value
    assert sentences.own.low < sentences.own.value < sentences.own.high
    assert sentences.own.n == sentences.version.n == 6


def test_a_version_that_has_taken_them_on_differs_little() -> None:
    learned = habits(OWN, BASE, passages(long_winded, 12, seed=4), seed=1)
    not_learned = habits(OWN, BASE, passages(short_spoken, 12, seed=4), seed=1)
    assert abs(learned[0].difference) < abs(not_learned[-1].difference)


def test_favourite_words_are_function_words_the_commonest_first() -> None:
    text = "The dog and the cat and the bird saw me, and I saw the moon."
    assert favourite_words([parse(text)]) == ["the", "and", "saw"]


def test_without_two_samples_nothing_is_said() -> None:
    assert habits(OWN, BASE, OWN[:1], seed=1) == ()
    assert habits([], BASE, OWN, seed=1) == ()


def test_a_difference_is_in_standard_deviations_and_has_an_end() -> None:
    assert difference([10.0, 12.0], [6.0, 8.0]) == pytest.approx(4 / 2**0.5)
    assert difference([1.0, 1.0], [2.0, 2.0]) == -99.0
    assert difference([1.0, 1.0], [1.0, 1.0]) == 0.0
