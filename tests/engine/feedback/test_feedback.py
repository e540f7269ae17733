"""The verbs of feedback: what is refused, what is kept, and what calibration makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_engine
from engine.domain.example import Author
from engine.engine import Engine
from engine.errors import InvalidInput, NotFound
from engine.feedback.feedback import MOST_OF_NOTE
from engine.review.reasons import reasons as reasons_of_rejection
from engine.settings import load_settings
from tests.engine.store.conftest import Make

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home"))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def make(engine: Engine) -> Make:
    return Make(engine.store)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"thumb": 1, "reasons": ["dull"]}, "reasons"),
        ({"thumb": -1, "reasons": ["vivid"]}, "reasons"),
        ({"thumb": 0, "reasons": ["vivid"]}, "reasons"),
        ({"thumb": 0, "note": "Hm."}, "note"),
        ({"thumb": 1, "note": "x" * (MOST_OF_NOTE + 1)}, "note"),
        ({"thumb": 3}, "feedback"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    engine: Engine, make: Make, said: dict[str, Any], field: str
) -> None:
    example = make.example()
    thumb = said.pop("thumb")
    with pytest.raises(InvalidInput) as refused:
        engine.feedback.give("anna", thumb, example_id=example.id, **said)
    assert refused.value.field == field
    assert engine.store.examples.get("anna", example.id).feedback == 0


def test_one_text_is_named_neither_none_nor_two(engine: Engine, make: Make) -> None:
    example = make.example()
    for named in ({}, {"draft_id": "0" * 32, "example_id": example.id}):
        with pytest.raises(InvalidInput):
            engine.feedback.give("anna", 1, **named)


def test_reasons_come_once_each_and_a_note_without_its_margins(engine: Engine, make: Make) -> None:
    example = make.example()
    said = engine.feedback.give(
        "anna", -1, example_id=example.id, reasons=["dull", "dull", "too_long"], note="  Grey. \n"
    )
    assert (said.reasons, said.note) == (("dull", "too_long"), "Grey.")
    bare = engine.feedback.give("anna", 0, example_id=example.id, reasons=[], note=" ")
    assert (bare.thumb, bare.reasons, bare.note) == (0, (), "")


def test_a_thumb_down_has_its_own_reasons_and_those_of_a_rejection(engine: Engine) -> None:
    up, down = engine.feedback.reasons(1), engine.feedback.reasons(-1)
    assert set(reasons_of_rejection()) < set(down)
    ids = [reason.id for reason in (*up, *down)]
    assert len(ids) == len(set(ids))
    assert engine.feedback.reasons(0) == ()
    documented = (ROOT / "docs/feedback.md").read_text(encoding="utf-8")
    assert [each for each in ids if f"`{each}`" not in documented] == []


@pytest.mark.parametrize("percent", [-1, 51, True])
def test_a_share_beyond_half_is_refused(engine: Engine, percent: int) -> None:
    with pytest.raises(InvalidInput, match="percent must be from 0 to 50"):
        engine.feedback.set_share("anna", percent)


def test_the_share_is_kept_for_the_name(engine: Engine) -> None:
    assert engine.feedback.share("anna") == 0
    engine.feedback.set_share("anna", 30)
    assert (engine.feedback.share("anna"), engine.feedback.share("ben")) == (30, 0)
    with pytest.raises(NotFound):
        engine.feedback.set_share("nobody", 10)


def test_calibration_takes_every_finished_text_by_a_model_and_no_other(
    engine: Engine, make: Make
) -> None:
    story = engine.start_story("anna", "A fox.")
    by_student = make.new_example(score=6.5, author=Author.STUDENT, generator="zega-anna v1")
    drafts = [
        make.draft(story.id, example=by_student, trial=Author.STUDENT),
        make.draft(story.id, example=make.new_example(score=8.5)),
        make.draft(story.id),  # stopped: its score is that of a part
    ]
    for draft, thumb in zip(drafts, (1, -1, 1), strict=True):
        engine.feedback.give("anna", thumb, draft_id=draft.id)
    assert sorted(engine.store.verdicts.newest("anna", limit=9)) == [(6.5, True), (8.5, False)]


def test_an_edit_says_nothing_about_the_score_and_counts_for_who_was_edited(
    engine: Engine, make: Make
) -> None:
    story = engine.start_story("anna", "A fox.")
    draft = make.draft(story.id, model="gemini", example=make.new_example(generator="gemini"))
    engine.save_edit("anna", story.id, "A fox of my own waited in the snow.", draft.id)
    assert engine.store.verdicts.newest("anna", limit=9) == []
    (row,) = engine.feedback.figures("anna").writers
    assert (row.writer, row.edits, row.thumbs) == ("gemini", 1, None)
