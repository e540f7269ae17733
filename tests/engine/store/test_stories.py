"""Stories and drafts: order, the trash, and draft and example in one transaction."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from engine.domain.quality import Quality
from engine.domain.story import Draft, Story
from engine.errors import InvalidInput, NotFound
from engine.store import Store
from engine.store.examples import NewExample


def create(store: Store, user_id: str = "anna", prompt: str = "A wizard") -> Story:
    return store.stories.create(
        user_id, prompt=prompt, kind="story", genre="fantasy", style="like a fairy tale"
    )


def add_draft(
    store: Store, story: Story, text: str = "Once …", example: NewExample | None = None
) -> Draft:
    return store.stories.add_draft(
        story.user_id,
        story.id,
        text=text,
        model="zega-anna v3",
        seconds=1.5,
        completion_tokens=120,
        finish_reason="stop",
        quality=Quality(7.5, {"ending": 9.0}, ("short",)),
        example=example,
    )


def test_a_story_comes_back_with_its_drafts_in_order(store: Store) -> None:
    story = create(store)
    assert (story.prompt, story.kind, story.genre, story.style, story.drafts) == (
        "A wizard",
        "story",
        "fantasy",
        "like a fairy tale",
        (),
    )
    first, second = add_draft(store, story, "one"), add_draft(store, story, "two")
    assert (first.number, second.number) == (1, 2)
    assert first.quality == Quality(7.5, {"ending": 9.0}, ("short",))
    assert (first.model, first.seconds, first.completion_tokens) == ("zega-anna v3", 1.5, 120)
    assert (first.finish_reason, first.example_id) == ("stop", None)
    assert store.stories.get("anna", story.id).drafts == (first, second)


def test_drafts_are_numbered_for_each_story(store: Store) -> None:
    one, other = create(store), create(store)
    add_draft(store, one)
    assert add_draft(store, other).number == 1


def test_list_is_newest_first_and_limited(store: Store) -> None:
    stories = [create(store, prompt=str(number)) for number in range(3)]
    draft = add_draft(store, stories[2])
    found = store.stories.list("anna", limit=2)
    assert [story.prompt for story in found] == ["2", "1"]
    assert found[0].drafts == (draft,)
    assert found[1].drafts == ()
    with pytest.raises(InvalidInput):
        store.stories.list("anna", limit=-1)


def test_a_draft_is_stored_with_its_example(store: Store, make: Any) -> None:
    draft = add_draft(store, create(store), example=make.new_example())
    assert draft.example_id is not None
    assert store.examples.get("anna", draft.example_id).completion.startswith("Once")


def test_no_draft_is_stored_when_its_example_cannot_be(store: Store, make: Any) -> None:
    story = create(store)
    with pytest.raises(NotFound):
        add_draft(store, story, example=make.new_example(duplicate_of="0" * 32))
    assert store.stories.get("anna", story.id).drafts == ()
    assert store.examples.list("anna") == []


def test_no_example_is_stored_when_its_draft_cannot_be(store: Store, make: Any) -> None:
    def fail(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO drafts"):
            raise OSError("disk full")

    story = create(store)
    with store.database.read() as connection:
        bind = connection.engine
    event.listen(bind, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="disk full"):
        add_draft(store, story, example=make.new_example())
    event.remove(bind, "before_cursor_execute", fail)
    assert store.examples.list("anna") == []
    assert add_draft(store, story, example=make.new_example()).number == 1


def test_the_example_must_be_the_users_own(store: Store, make: Any) -> None:
    with pytest.raises(InvalidInput, match=r"example\.user_id"):
        add_draft(store, create(store), example=make.new_example("ben"))
    assert store.examples.list("ben") == []


def test_deleting_moves_to_the_trash_and_back(store: Store) -> None:
    story = create(store)
    draft = add_draft(store, story)
    store.stories.delete("anna", story.id)
    store.stories.delete("anna", story.id)
    assert store.stories.list("anna") == []
    with pytest.raises(NotFound):
        store.stories.get("anna", story.id)
    restored = store.stories.restore("anna", story.id)
    assert restored.drafts == (draft,)
    assert store.stories.list("anna") == [restored]


def test_what_was_being_written_during_a_deletion_is_kept(store: Store) -> None:
    story = create(store)
    store.stories.delete("anna", story.id)
    draft = add_draft(store, story)
    assert store.stories.restore("anna", story.id).drafts == (draft,)


def test_unknown_stories_and_users(store: Store) -> None:
    for call in (store.stories.get, store.stories.delete, store.stories.restore):
        with pytest.raises(NotFound) as caught:
            call("anna", "0" * 32)
        assert caught.value.noun == "story"
    with pytest.raises(NotFound):
        create(store, "nobody")
    assert store.stories.list("nobody") == []
