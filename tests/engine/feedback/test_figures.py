"""Figures of feedback: shares with their intervals, and sentences that claim no more than those hold."""

from __future__ import annotations

import pytest

from engine.domain.example import Author
from engine.domain.feedback import FeedbackFigures, ReasonCount, Role
from engine.feedback.feedback import role_of
from engine.feedback.figures import figures_of
from engine.store.feedback import EditCount, ReasonsCount, ThumbCount, TrialCount


def figures(
    *thumbs: ThumbCount,
    edits: list[EditCount] | None = None,
    reasons: list[ReasonsCount] | None = None,
    trials: dict[Author, tuple[int, int]] | None = None,
    is_on: bool = False,
) -> FeedbackFigures:
    counts = [
        TrialCount(author, thumb, count)
        for author, pair in (trials or {}).items()
        for thumb, count in zip((1, -1), pair, strict=True)
    ]
    return figures_of(
        thumbs,
        edits or [],
        reasons or [],
        counts,
        role_of=lambda writer: role_of("anna", writer),
        is_on=is_on,
    )


def test_without_a_word_the_place_to_say_one_is_named() -> None:
    found = figures()
    assert (found.thumbs, found.edits, found.writers, found.trial) == (0, 0, (), None)
    assert "You gave no thumb yet." in found.sentence


def test_each_writer_has_a_share_with_wilsons_interval() -> None:
    found = figures(
        ThumbCount("gemini", 1, 20),
        ThumbCount("gemini", 1, 8),
        ThumbCount("gemini", -1, 6),
        ThumbCount("zega-anna v3", -1, 3),
        edits=[EditCount("gemini", 2), EditCount("gemini", 1), EditCount("old", 1)],
    )
    assert found.sentence == "You gave 37 thumbs, 28 of them up, and edited 4 texts of models."
    gemini, zega, old = found.writers
    assert (gemini.writer, gemini.edits, zega.edits, old.thumbs) == ("gemini", 3, 0, None)
    assert gemini.thumbs is not None
    assert gemini.thumbs.n == 34
    assert gemini.thumbs.value == pytest.approx(28 / 34)
    # statsmodels' proportion_confint(28, 34, method="wilson")
    assert gemini.thumbs.low == pytest.approx(0.6649, abs=1e-4)
    assert gemini.thumbs.high == pytest.approx(0.9165, abs=1e-4)
    assert zega.thumbs is not None
    assert (zega.thumbs.value, zega.thumbs.low) == (0.0, 0.0)
    assert 0.5 < zega.thumbs.high < 1.0


@pytest.mark.parametrize(
    ("writer", "role"),
    [
        ("zega-anna v12", Role.OWN),
        ("t5-retrained-20261121-143000", Role.OWN),
        ("zega-annabel v1", Role.TEACHER),
        ("SmolLM2-135M-Instruct", Role.BASE),
        ("Gemini API · writer-large", Role.TEACHER),
    ],
)
def test_a_writers_name_says_what_it_is(writer: str, role: Role) -> None:
    assert role_of("anna", writer) is role


def test_the_commonest_reasons_of_either_thumb_come_first() -> None:
    found = figures(
        reasons=[
            ReasonsCount(1, ("vivid", "flows"), 2),
            ReasonsCount(1, ("flows",), 3),
            ReasonsCount(-1, ("dull", "too_long", "gone_since"), 1),
            ReasonsCount(-1, ("dull",), 1),
        ]
    )
    assert found.reasons == (
        ReasonCount(1, "Reads well", 5),
        ReasonCount(1, "Vivid", 2),
        ReasonCount(-1, "Dull", 2),
        ReasonCount(-1, "Too long", 1),
        ReasonCount(-1, "gone_since", 1),
    )


def test_few_thumbs_tell_nothing_of_the_two() -> None:
    trial = figures(trials={Author.TEACHER: (30, 0), Author.STUDENT: (1, 18)}).trial
    assert trial is not None
    assert trial.difference is None
    assert trial.finding.startswith("Too few to tell: 30 thumbs for the teacher and 19 for your")
    on = figures(is_on=True).trial
    assert on is not None
    assert (on.teacher, on.student) == (None, None)
    assert "0 thumbs for the teacher and 0" in on.finding


def test_a_difference_is_named_only_beyond_its_interval() -> None:
    trial = figures(trials={Author.TEACHER: (16, 4), Author.STUDENT: (14, 6)}).trial
    assert trial is not None
    assert trial.difference is not None
    assert trial.difference.low < 0 < trial.difference.high
    assert trial.finding.startswith("Too close to tell")


@pytest.mark.parametrize(
    ("teacher", "student", "liked"),
    [((56, 14), (48, 32), "teacher"), ((48, 32), (56, 14), "your zega")],
)
def test_the_interval_of_a_difference_is_newcombes(
    teacher: tuple[int, int], student: tuple[int, int], liked: str
) -> None:
    """56/70 against 48/80 is Newcombe's first example: 0.2000, method 10 gives 0.0524 to 0.3339."""
    trial = figures(trials={Author.TEACHER: teacher, Author.STUDENT: student}).trial
    assert trial is not None
    assert trial.difference is not None
    sign = 1 if liked == "your zega" else -1
    bounds = sorted(sign * each for each in (trial.difference.low, trial.difference.high))
    assert bounds == pytest.approx([0.0524, 0.3339], abs=1e-4)
    assert trial.difference.n == 150
    assert (
        f"You like {'the ' if liked == 'teacher' else ''}{liked} more: of 100 texts it gets 20 more"
        in (trial.finding)
    )
    assert "(5 to 33)" in trial.finding
