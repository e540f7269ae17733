"""Labels: what counts as given."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.labels import is_right, macro_f1, normalised


@pytest.mark.parametrize(
    ("answer", "label", "right"),
    [
        ("Yes.", "yes", True),
        ("  “Very   Good”. ", "very good", True),
        ("**B)**", "b", True),
        ("STRASSE", "straße", True),
        ("ﬁve", "five", True),
        ("-1", "1", False),
        ("C++", "C", False),
        ("yes, it is", "yes", False),
        ("The answer is yes", "yes", False),
        ("", "yes", False),
    ],
)
def test_the_whole_answer_must_be_the_label(answer: str, label: str, right: bool) -> None:
    assert is_right(answer, label) is right


def test_line_ends_are_spaces() -> None:
    assert normalised("very\n good") == "very good"


def test_f1_of_a_choice_counts_only_the_labels_that_are_in_it() -> None:
    score = macro_f1(["a", "b", "x"], ["a", "a", "b"])
    assert float(score(np.arange(3))) == pytest.approx((2 / 3 + 0.0) / 2)
    assert float(score(np.array([0, 0, 0]))) == 1.0
    assert score(np.array([[0, 0, 0], [2, 2, 2]])).tolist() == [1.0, 0.0]
