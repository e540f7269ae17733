"""ROUGE-L is what rouge-score 0.1.2 gives for the same texts; chrF is the same with each sacrebleu."""

from __future__ import annotations

import pytest

from engine.evaluation.overlap import Overlap, overlap, rouge_l

ANSWERS = [
    "Epic E1: lamp of the nurse\n\nAs a nurse I want a lamp.",
    "A story about the sea, and a boat!",
    "the the the",
]
REFERENCES = [
    "Epic E2: lamp of the gardener\n\nAs a gardener I want a light.",
    "A tale of the sea and of a small boat.",
    "the sea",
]


def test_the_figures_are_those_of_the_libraries() -> None:
    found = [rouge_l(*pair) for pair in zip(ANSWERS, REFERENCES, strict=True)]
    assert found == pytest.approx([69.23076923076923, 66.66666666666667, 40.0])
    assert overlap(ANSWERS, REFERENCES).chrf == pytest.approx(33.491082787099366)
    singly = [overlap([a], [b]).chrf for a, b in zip(ANSWERS, REFERENCES, strict=True)]
    assert singly == pytest.approx([38.74739455960738, 26.745084561245736, 19.689903800721968])


def test_the_same_is_all_and_nothing_is_none() -> None:
    assert overlap(["The cat."], ["The cat."]) == Overlap(100.0, pytest.approx(100.0), 1)
    assert overlap(["xyz", ""], ["abc", "abc"]) == Overlap(0.0, 0.0, 2)
    assert overlap([], []) == Overlap(0.0, 0.0, 0)


@pytest.mark.parametrize(
    ("answer", "reference", "found"),
    [
        ("Кот сидел на ковре.", "Кот спал на ковре!", 75.0),
        ("Über die Brücke ging der Bär.", "ÜBER DIE BRÜCKE LIEF DER BÄR", 500 / 6),
        ("Die Strasse", "die Straße", 100.0),
        ("Fu\u0308r uns", "für uns", 100.0),
        ("the_cat", "the cat", 100.0),
        ("Кот", "cat", 0.0),
    ],
)
def test_words_of_every_script_count(answer: str, reference: str, found: float) -> None:
    assert rouge_l(answer, reference) == pytest.approx(found)
