"""Who writes when the chosen teacher cannot be reached, and what is said and stored about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.domain.example import Author, Example
from engine.domain.provider import BUILT_IN
from engine.domain.story import Draft
from engine.domain.version import Version
from engine.engine import Engine
from engine.writing.writer import Writing
from models.errors import (
    Blocked,
    InvalidKey,
    ModelError,
    ThoughtsShown,
    Unavailable,
    UnknownModel,
)
from tests.fake_gemini import fake_gemini
from tests.fake_llamacpp import FakeLlamaCpp
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider
from tests.studio.web.shelf import Shelf

TEXT = "The fox waited in the snow until the last light in the house had gone out."


@pytest.fixture
def gemini(engine: Engine) -> Iterator[FakeProvider]:
    """Anna's teacher."""
    with fake_gemini(texts=(TEXT,)) as server:
        provider = engine.teachers.add(
            "Gemini", "gemini", base_url=server.url, model="writer-large", key=KEY
        )
        engine.teachers.choose("anna", [provider.id])
        yield server


@pytest.fixture
def version(engine: Engine, base: FakeLlamaCpp) -> Version:
    """Anna's own model, active and served."""
    made = Shelf(engine, "anna").version()
    engine.activate("anna", made.number)
    engine.store.serving.publish(base.url, "base", "0" * 64, {made.id: 3}, "")
    return made


def write(engine: Engine) -> tuple[Writing, Draft | None]:
    story = engine.start_story("anna", "A fox in the snow.")
    writing = engine.write("anna", story.id)
    for _ in writing:
        pass
    return writing, writing.draft


def example_of(engine: Engine, draft: Draft | None) -> Example:
    assert draft is not None
    assert draft.example_id is not None
    return engine.store.examples.get("anna", draft.example_id)


def test_the_chosen_teacher_writes_and_is_named(
    engine: Engine, base: FakeLlamaCpp, gemini: FakeProvider
) -> None:
    writing, draft = write(engine)
    example = example_of(engine, draft)
    assert (example.completion, example.author) == (TEXT, Author.TEACHER)
    assert example.generator == "Gemini API · writer-large"
    assert writing.notice == ""
    assert base.requests == []


@pytest.mark.parametrize("fault", ["503", "429-later", "gone"])
def test_ones_own_model_stands_in_and_is_never_trained_on(
    engine: Engine, base: FakeLlamaCpp, gemini: FakeProvider, version: Version, fault: str
) -> None:
    gemini.script.always, gemini.script.retry_after = fault, "999"
    if fault == "gone":
        gemini.close()
    writing, draft = write(engine)
    example = example_of(engine, draft)
    assert draft is not None
    assert draft.model == example.generator == version.label
    assert example.author is Author.STUDENT
    assert not example.is_trainable(0.0)
    assert base.requests[0]["lora"] == [{"id": 3, "scale": 1.0}]
    why = "is too busy" if fault == "429-later" else "could not be reached"
    assert writing.notice == f"Gemini {why}; {version.label} wrote this."


@pytest.mark.parametrize("has_version", [False, True])
def test_the_base_stands_in_where_no_own_model_is_served(
    engine: Engine, base: FakeLlamaCpp, gemini: FakeProvider, has_version: bool
) -> None:
    if has_version:  # active, but not loaded
        engine.activate("anna", Shelf(engine, "anna").version().number)
    gemini.close()
    writing, draft = write(engine)
    example = example_of(engine, draft)
    assert (example.generator, example.author) == ("base", Author.TEACHER)
    assert writing.notice == "Gemini could not be reached; base wrote this."


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("block-prompt", Blocked), ("filter", Blocked), ("bad-key", InvalidKey)],
)
def test_a_refusal_is_told_saves_nothing_and_nobody_stands_in(
    engine: Engine, base: FakeLlamaCpp, gemini: FakeProvider, fault: str, kind: type[ModelError]
) -> None:
    gemini.script.always = fault
    with pytest.raises(kind):
        write(engine)
    story = engine.store.stories.list("anna")[0]
    assert story.drafts == ()
    assert engine.store.examples.list("anna") == []
    assert base.requests == []


def test_a_model_that_is_not_there_is_told(engine: Engine, gemini: FakeProvider) -> None:
    gemini.script.models = ("another",)
    with pytest.raises(UnknownModel):
        write(engine)


def test_what_broke_off_is_kept_and_nobody_goes_on(
    engine: Engine, base: FakeLlamaCpp, gemini: FakeProvider
) -> None:
    gemini.script.always = "cut"
    with pytest.raises(Unavailable, match="broke off"):
        write(engine)
    draft = engine.store.stories.list("anna")[0].drafts[0]
    assert TEXT.startswith(draft.text)
    assert draft.model == "Gemini API · writer-large"
    assert draft.example_id is None
    assert base.requests == []


def test_unmarked_thoughts_are_told_and_never_saved(engine: Engine, base: FakeLlamaCpp) -> None:
    with fake_openai(texts=(TEXT,), always="think-unopened") as server:
        provider = engine.teachers.add(
            "Thinker", "openai", base_url=f"{server.url}/v1", model="writer-large", key=KEY
        )
        engine.teachers.choose("anna", [provider.id])
        with pytest.raises(ThoughtsShown):
            write(engine)
        assert engine.store.stories.list("anna")[0].drafts == ()
        _, draft = write(engine)
    assert example_of(engine, draft).completion == TEXT
    assert base.requests == []


def test_a_failure_saves_no_second_draft_of_what_was_continued(
    engine: Engine, base: FakeLlamaCpp, gemini: FakeProvider
) -> None:
    _, draft = write(engine)
    assert draft is not None
    edited = engine.save_edit("anna", draft.story_id, f"{TEXT}\n")
    gemini.script.always = "filter"
    with pytest.raises(Blocked):
        list(engine.write("anna", draft.story_id, continue_draft=edited))
    assert len(engine.store.stories.get("anna", draft.story_id).drafts) == 2


def test_of_several_the_one_that_is_there_writes(
    engine: Engine, base: FakeLlamaCpp, gemini: FakeProvider
) -> None:
    with fake_gemini(texts=(TEXT,)) as other:
        second = engine.teachers.add(
            "Second", "gemini", base_url=other.url, model="writer-small", key=KEY
        )
        engine.teachers.choose("anna", [*engine.teachers.chosen("anna"), second.id])
        gemini.close()
        writing, draft = write(engine)
        assert example_of(engine, draft).generator == "Gemini API · writer-small"
        assert writing.notice == ""
        other.close()
        writing, draft = write(engine)
    assert draft is not None
    assert draft.model == "base"
    assert writing.notice == "Gemini and Second could not be reached; base wrote this."


def test_of_several_one_that_may_not_be_asked_costs_no_other_answer(
    engine: Engine, gemini: FakeProvider
) -> None:
    unchosen = engine.teachers.add("Second", "openai", base_url="http://127.0.0.1:9/v1")
    engine.teachers.choose("anna", [unchosen.id, BUILT_IN, *engine.teachers.chosen("anna")])
    _, draft = write(engine)  # and the base is not served
    assert example_of(engine, draft).generator == "Gemini API · writer-large"


def test_stopping_a_stand_in_keeps_its_name(
    engine: Engine, gemini: FakeProvider, version: Version
) -> None:
    gemini.close()
    story = engine.start_story("anna", "A fox in the snow.")
    writing = engine.write("anna", story.id)
    pieces = iter(writing)
    for _ in range(5):
        next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert writing.draft is not None
    assert (writing.draft.model, writing.draft.example_id) == (version.label, None)
