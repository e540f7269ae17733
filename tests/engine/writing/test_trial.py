"""The A/B: a share of what a teacher is asked for, drawn once, hidden, never trained on as a teacher's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_engine
from engine.domain.example import Author
from engine.domain.feedback import Trial
from engine.domain.story import Draft, Story
from engine.domain.version import Version
from engine.engine import Engine
from engine.settings import load_settings
from engine.writing.trial import is_students_turn
from engine.writing.writer import Writing
from tests.fake_gemini import fake_gemini
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.fake_provider import KEY
from tests.studio.web.shelf import Shelf

HALF = 50


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home"))
    opened.ensure_user("anna")
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def server(engine: Engine) -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp() as running:
        yield running


@pytest.fixture
def version(engine: Engine, server: FakeLlamaCpp) -> Version:
    """Anna's own model, active and served, and a share of half."""
    made = Shelf(engine, "anna").version()
    engine.activate("anna", made.number)
    engine.store.serving.publish(server.url, "base", "0" * 64, {made.id: 3}, "")
    engine.feedback.set_share("anna", HALF)
    return made


def story_for(engine: Engine, *, student: bool) -> Story:
    """A story whose first draft falls to this side."""
    while True:
        story = engine.start_story("anna", "A fox in the snow.")
        if is_students_turn(story, HALF) is student:
            return story


def write(engine: Engine, story: Story, **more: Any) -> tuple[Writing, Draft]:
    writing = engine.write("anna", story.id, **{"unseen": True, **more})
    for _ in writing:
        pass
    assert writing.draft is not None
    return writing, writing.draft


def author(engine: Engine, draft: Draft) -> Author:
    assert draft.example_id is not None
    return engine.store.examples.get("anna", draft.example_id).author


def many(count: int) -> list[Story]:
    story = Story("", "anna", "p", "stories", None, None, None)  # type: ignore[arg-type]
    return [replace(story, id=f"{number:032x}") for number in range(count)]


@pytest.mark.parametrize("share", [0, 5, 30, 50])
def test_the_lot_falls_to_the_student_as_often_as_the_share_says(share: int) -> None:
    drawn = [is_students_turn(story, share) for story in many(4000)]
    assert 100 * sum(drawn) / len(drawn) == pytest.approx(share, abs=3)


def test_a_lot_that_is_drawn_again_is_the_same_and_the_next_draft_has_its_own() -> None:
    stories = many(200)
    drawn = [is_students_turn(story, HALF) for story in stories]
    assert drawn == [is_students_turn(story, HALF) for story in stories]
    draft: Any = object()
    next_ones = [is_students_turn(replace(story, drafts=(draft,)), HALF) for story in stories]
    assert 60 < sum(one is not other for one, other in zip(drawn, next_ones, strict=True)) < 140


def test_each_side_writes_what_falls_to_it_and_neither_is_shown(
    engine: Engine, server: FakeLlamaCpp, version: Version
) -> None:
    for student, side, name in (
        (True, Author.STUDENT, version.label),
        (False, Author.TEACHER, "base"),
    ):
        writing, draft = write(engine, story_for(engine, student=student))
        assert writing.is_blind
        assert draft.trial == Trial(side, is_blind=True)
        assert (draft.model, author(engine, draft)) == (name, side)
    assert [request["lora"] for request in server.requests] == [[{"id": 3, "scale": 1.0}], []]


def test_what_the_student_wrote_unseen_is_never_trained_on(
    engine: Engine, version: Version
) -> None:
    _, draft = write(engine, story_for(engine, student=True))
    engine.feedback.give("anna", 1, draft_id=draft.id)
    trainable = {each.id for each in engine.store.examples.trainable("anna", threshold=0.0)}
    assert draft.example_id not in trainable
    _, draft = write(engine, story_for(engine, student=False))
    trainable = {each.id for each in engine.store.examples.trainable("anna", threshold=0.0)}
    assert draft.example_id in trainable


@pytest.mark.parametrize("student", [True, False])
def test_a_text_is_continued_by_who_wrote_it(
    engine: Engine, version: Version, student: bool
) -> None:
    story = story_for(engine, student=student)
    _, first = write(engine, story)
    writing, second = write(engine, story, continue_draft=first)
    assert writing.is_blind
    assert second.trial == first.trial
    engine.feedback.give("anna", 1, draft_id=first.id)
    seen = engine.store.stories.get("anna", story.id).drafts[0]
    writing, third = write(engine, story, continue_draft=seen, unseen=False)
    assert (writing.is_blind, third.trial) == (False, None)
    side = Author.STUDENT if student else Author.TEACHER
    assert {author(engine, each) for each in (first, second, third)} == {side}


@pytest.mark.parametrize("writer", ["teacher", "student"])
def test_nobody_is_hidden_where_it_was_not_asked_for_or_a_student_was_chosen(
    engine: Engine, version: Version, writer: str
) -> None:
    story = story_for(engine, student=True)
    writing, draft = write(engine, story, writer=writer, unseen=writer == "student")
    assert (writing.is_blind, draft.trial) == (False, None)
    assert author(engine, draft).value == writer


def test_without_a_share_the_teacher_writes_in_sight(engine: Engine, version: Version) -> None:
    engine.feedback.set_share("anna", 0)
    writing, draft = write(engine, story_for(engine, student=True))
    assert (writing.is_blind, draft.model) == (False, "base")


@pytest.mark.parametrize("active", [True, False])
def test_without_a_student_that_can_write_there_is_no_trial(
    engine: Engine, server: FakeLlamaCpp, version: Version, active: bool
) -> None:
    if not active:
        engine.activate("anna", None)
    engine.store.serving.publish(server.url, "base", "0" * 64, {}, "")
    writing, draft = write(engine, story_for(engine, student=True))
    assert (writing.is_blind, draft.trial, draft.model) == (False, None, "base")


def test_a_stand_in_is_named_and_in_no_trial(engine: Engine, version: Version) -> None:
    with fake_gemini() as gemini:
        provider = engine.teachers.add(
            "Gemini", "gemini", base_url=gemini.url, model="writer-large", key=KEY
        )
        engine.teachers.choose("anna", [provider.id])
    writing, draft = write(engine, story_for(engine, student=False))
    assert (writing.is_blind, draft.trial, draft.model) == (False, None, version.label)
    assert f"{version.label} wrote this" in writing.notice
