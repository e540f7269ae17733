"""What counts as a verdict: the asked form, whole, and nothing beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UnreadableFile
from engine.judging.rubric import Better, load_rubric

RUBRIC = load_rubric(Path("nowhere"))
GOOD = "request: 8\nlanguage: 7.5\nsense: 9 / 10\nlife: 10"


@pytest.mark.parametrize(
    "answer",
    [GOOD, GOOD.upper(), f"\n- {GOOD} \n\n", "**life: 10**\n" + GOOD.removesuffix("\nlife: 10")],
)
def test_marks_are_read_in_the_asked_form(answer: str) -> None:
    assert RUBRIC.marks(answer) == {"request": 8.0, "language": 7.5, "sense": 9.0, "life": 10.0}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I would give it an 8.",
        GOOD.replace("life: 10", ""),
        GOOD + "\nlife: 2",
        GOOD + "\nAll in all a fine text.",
        GOOD.replace("10", "11"),
        GOOD.replace("10", "-1"),
        GOOD.replace("10", "ten"),
        GOOD.replace("life", "style"),
        GOOD.replace("life: 10", "life: -"),
        '{"request": 8, "language": 7, "sense": 9, "life": 10}',
    ],
)
def test_anything_else_is_no_verdict(answer: str) -> None:
    assert RUBRIC.marks(answer) is None


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("better: first", Better.FIRST),
        ("Better: SECOND.", Better.SECOND),
        ("**better: neither**", Better.NEITHER),
        ("A", Better.FIRST),
        ("**B.**", Better.SECOND),
        ("1", Better.FIRST),
        ("Text 2", Better.SECOND),
        ("The first.", Better.FIRST),
        ("tie", Better.NEITHER),
        ('{"better": "second", "because": "it lives"}', Better.SECOND),
        ('```json\n{"better": 1}\n```', Better.FIRST),
        ('{"better": "both", "score": 1}', None),
        ('{"better": {"first": 1}}', None),
        ('{"first": 8, "second": 3}', None),
        ("{better: first", None),
        ("3", None),
        ("A or B", None),
        ("A\nB", None),
        ("better: first\nbecause it lives", None),
        ("The first is better.", None),
        ("better: first or second", None),
        ("", None),
    ],
)
def test_a_comparison_is_one_line(answer: str, found: Better | None) -> None:
    assert RUBRIC.better(answer) is found


def test_a_text_is_shown_as_it_is_and_fills_nothing_in() -> None:
    system, asked = RUBRIC.about("She wrote {form} and {prompt}.", "A letter.")
    assert system.role == "system"
    assert "<text>\nShe wrote {form} and {prompt}.\n</text>" in asked.content
    assert asked.content.count("A letter.") == 1
    assert "life: -" in asked.content


def test_a_home_may_have_a_rubric_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "rubric.yaml"
    own.write_text(
        'system: s\nparts: {humour: "Is it funny?"}\nsingle: "{questions} {text}"\npair: p'
    )
    rubric = load_rubric(tmp_path)
    assert rubric.marks("humour: 3") == {"humour": 3.0}
    assert rubric.about("t", "p")[1].content == "humour: Is it funny? t"
    own.write_text("system: s\nparts: {}\nsingle: a\npair: b")
    with pytest.raises(UnreadableFile, match="parts"):
        load_rubric(tmp_path)


def test_a_rubric_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "rubric.yaml").mkdir()
    with pytest.raises(UnreadableFile, match=r"rubric\.yaml cannot be read: .*Is a directory"):
        load_rubric(tmp_path)
