"""Feedback: a thumb and why, the A/B, and what the database counts of both."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from engine.domain.example import Author, Source
from engine.domain.feedback import Remark, Trial
from engine.domain.review import Action
from engine.errors import InvalidInput, NotFound
from engine.store import Store, open_store
from engine.store.feedback import EditCount, ReasonsCount, TrialCount


@pytest.fixture
def story(store: Store) -> str:
    return store.stories.create("anna", prompt="p", kind="story", genre=None, style=None).id


def test_a_thumb_on_a_draft_is_its_examples_thumb(store: Store, make: Any, story: str) -> None:
    draft = make.draft(story, example=make.new_example())
    store.feedback.give("anna", -1, draft_id=draft.id, reasons=["dull"], note="Too grey.")
    assert store.examples.get("anna", draft.example_id).feedback == -1
    assert store.examples.trainable("anna", threshold=0.0) == []
    same = store.feedback.give("anna", -1, example_id=draft.example_id)
    assert same == Remark(-1, ("dull",), "Too grey.") == store.feedback.of("anna", draft.id)


def test_a_draft_without_an_example_keeps_its_own_thumb(
    store: Store, make: Any, story: str
) -> None:
    draft = make.draft(story)
    assert store.feedback.of("anna", draft.id) == Remark()
    store.feedback.give("anna", 1, draft_id=draft.id)
    assert store.feedback.of("anna", draft.id) == Remark(1)
    store.feedback.give("anna", 0, draft_id=draft.id)
    assert store.feedback.of("anna", draft.id) == Remark()


def test_reasons_belong_to_their_thumb(store: Store, make: Any) -> None:
    example = make.example()
    give = store.feedback.give
    assert give("anna", 1, example_id=example.id, reasons=["vivid"]).reasons == ("vivid",)
    assert give("anna", 1, example_id=example.id, note="More!") == Remark(1, ("vivid",), "More!")
    assert give("anna", -1, example_id=example.id) == Remark(-1)
    give("anna", 1, example_id=example.id, reasons=["vivid"])
    assert give("anna", 0, example_id=example.id) == Remark()
    assert store.feedback.reasons("anna") == []


def test_a_thumb_that_a_review_took_back_shows_no_reasons(
    store: Store, make: Any, story: str
) -> None:
    draft = make.draft(story, example=make.new_example())
    store.feedback.give("anna", -1, draft_id=draft.id, reasons=["dull"])
    store.decisions.decide("anna", draft.example_id, Action.ACCEPT, seen=0)
    assert store.feedback.of("anna", draft.id) == Remark()


@pytest.mark.parametrize("thumb", [-2, 2, 5])
def test_other_thumbs_are_refused(store: Store, make: Any, thumb: int) -> None:
    example = make.example()
    with pytest.raises(InvalidInput):
        store.feedback.give("anna", thumb, example_id=example.id)
    assert store.examples.get("anna", example.id).feedback == 0


@pytest.mark.parametrize("missing", ["0" * 32, ""])
def test_what_is_not_there_takes_no_thumb(
    store: Store, make: Any, story: str, missing: str
) -> None:
    draft = make.draft(story)
    for name in ("draft_id", "example_id"):
        with pytest.raises(NotFound):
            store.feedback.give("anna", 1, **{name: missing})
    assert store.feedback.of("anna", draft.id) == Remark()


def test_thumbs_are_counted_by_who_wrote_and_never_ones_own_text(
    store: Store, make: Any, story: str
) -> None:
    draw, expected = random.Random(3), Counter[tuple[str, int]]()
    for _ in range(60):
        writer, thumb = draw.choice(["a", "b"]), draw.choice([-1, 0, 1])
        if draw.random() < 0.3:
            store.feedback.give("anna", thumb, draft_id=make.draft(story, model=writer).id)
        else:
            make.example(generator=writer, feedback=thumb, author=draw.choice(list(Author)[:2]))
        expected[writer, thumb] += 1
    make.example(generator="anna", author=Author.PERSON, feedback=1)
    make.example("ben", generator="a", feedback=1)
    found = Counter[tuple[str, int]]()
    for each in store.feedback.thumbs("anna"):
        found[each.writer, each.thumb] += each.times
    assert found == {key: count for key, count in expected.items() if key[1]}


def test_reasons_are_counted_as_they_were_given_together(store: Store, make: Any) -> None:
    for reasons in (["vivid"], ["vivid"], ["vivid", "flows"], []):
        store.feedback.give("anna", 1, example_id=make.example().id, reasons=reasons)
    store.feedback.give("ben", 1, example_id=make.example("ben").id, reasons=["vivid"])
    assert sorted(store.feedback.reasons("anna")) == [
        ReasonsCount(1, ("vivid",), 2),
        ReasonsCount(1, ("vivid", "flows"), 1),
    ]


def test_a_text_that_was_edited_counts_once_on_write_and_in_review(
    store: Store, make: Any, story: str
) -> None:
    draft = make.draft(story, model="a")
    mine = make.draft(story, model="anna", edited_id=draft.id)
    make.draft(story, model="anna", edited_id=draft.id)
    make.draft(story, model="anna", edited_id=mine.id)  # one's own text once more
    example = make.example(generator="a")
    new = make.new_example(source=Source.REVIEW, author=Author.PERSON)
    store.decisions.replace("anna", [(example.id, 0, new)], Action.EDIT)
    assert store.feedback.edits("anna") == [EditCount("a", 1), EditCount("a", 1)]
    store.decisions.undo("anna")
    assert store.feedback.edits("anna") == [EditCount("a", 1)]


def test_an_edit_is_of_a_draft_of_its_story(store: Store, make: Any, story: str) -> None:
    other = store.stories.create("ben", prompt="p", kind="story", genre=None, style=None)
    draft = make.draft(other.id, "ben")
    with pytest.raises(NotFound):
        make.draft(story, edited_id=draft.id)
    assert store.stories.get("anna", story).drafts == ()


# The A/B


def test_a_thumb_that_is_given_unseen_counts_and_shows_who_wrote(
    store: Store, make: Any, story: str
) -> None:
    draft = make.draft(story, trial=Author.STUDENT)
    assert draft.trial == Trial(Author.STUDENT, is_blind=True)
    store.feedback.give("anna", 0, draft_id=draft.id)
    assert store.stories.get("anna", story).drafts[0].is_blind
    store.feedback.give("anna", 1, draft_id=draft.id)
    store.feedback.give("anna", 1, draft_id=draft.id, reasons=["vivid"])
    assert store.feedback.trials("anna") == [TrialCount(Author.STUDENT, 1, 1)]
    assert store.stories.get("anna", story).drafts[0].trial == Trial(Author.STUDENT, is_blind=False)


@pytest.mark.parametrize("then", [(-1,), (0, 1), (-1, 1)])
def test_a_thumb_that_is_changed_with_the_author_in_sight_counts_no_more(
    store: Store, make: Any, story: str, then: tuple[int, ...]
) -> None:
    draft = make.draft(story, trial=Author.TEACHER, example=make.new_example())
    for thumb in (1, *then):
        store.feedback.give("anna", thumb, example_id=draft.example_id)
    assert store.feedback.trials("anna") == []
    assert store.examples.get("anna", draft.example_id).feedback == then[-1]


def test_a_thumb_after_the_author_was_asked_for_never_counts(
    store: Store, make: Any, story: str
) -> None:
    draft = make.draft(story, trial=Author.TEACHER)
    store.feedback.reveal("anna", draft.id)
    assert not store.stories.get("anna", story).drafts[0].is_blind
    store.feedback.give("anna", 1, draft_id=draft.id)
    assert store.feedback.trials("anna") == []
    assert store.feedback.of("anna", draft.id) == Remark(1)


def test_other_drafts_are_in_no_trial(store: Store, make: Any, story: str) -> None:
    draft = make.draft(story)
    store.feedback.reveal("anna", draft.id)
    store.feedback.give("anna", 1, draft_id=draft.id)
    assert (draft.trial, store.feedback.trials("anna")) == (None, [])


# Beside it


def test_what_something_was_said_about_is_not_cleared_away(store: Store, make: Any) -> None:
    original = make.example()
    said, _ = (make.example(source=Source.VARIANT, variant_of=original.id) for _ in range(2))
    store.feedback.give("anna", 1, example_id=said.id)
    assert store.variants.remove_unused("anna") == 1
    assert [each.id for each in store.variants.of("anna", original.id)] == [said.id]


def test_thumbs_are_counted_without_reading_a_text(tmp_path: Path) -> None:
    """SQLite's plan names the index alone."""
    store = open_store(f"sqlite:///{tmp_path / 'plans.db'}")
    store.users.ensure("anna")
    asked: list[tuple[str, Any]] = []

    def note(*call: Any) -> None:
        asked.append((call[2], call[3]))

    event.listen(Engine, "before_cursor_execute", note)
    store.feedback.thumbs("anna")
    event.remove(Engine, "before_cursor_execute", note)
    (found,) = [each for each in asked if "FROM examples" in each[0]]
    with store.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found[0]}", found[1]).all()
    assert any("COVERING INDEX ix_examples_overview" in row[3] for row in plan), plan
    store.database.dispose()
