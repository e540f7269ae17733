"""Passages as rows: each text once, what waits for the index, what a forgotten one leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.domain.passage import MemoryUse, PassageUse, Scope
from engine.domain.quality import Quality
from engine.errors import InvalidInput, NotFound
from engine.store import Store
from engine.store.outbox import Outbox


def test_a_text_is_stored_once_in_a_scope(store: Store, make: Any) -> None:
    new = make.new_passage("Mara hid the key.")
    same = replace(new, text="  MARA hid\nthe key. ")
    assert len(store.passages.add("anna", [new, same])) == 1
    assert store.passages.add("anna", [same]) == []
    assert len(store.passages.add("anna", [replace(new, scope=Scope.TRAINING)])) == 1
    assert len(store.passages.add("ben", [new])) == 1
    assert store.passages.count("anna") == 2
    with pytest.raises(NotFound):
        store.passages.add("nobody", [new])


def test_a_list_is_narrowed_and_paged(store: Store, make: Any) -> None:
    store.passages.add("anna", [make.new_passage(f"Text {number} of 100 %") for number in range(5)])
    store.passages.add("anna", [replace(make.new_passage("Other"), scope=Scope.TRAINING)])
    assert [each.text for each in store.passages.list("anna", scope=Scope.TRAINING)] == ["Other"]
    assert store.passages.count("anna", contains="TEXT") == 5
    assert store.passages.count("anna", contains="100 %") == 5
    assert store.passages.count("anna", contains="1_0") == 0  # no wildcard
    assert len(store.passages.list("anna", limit=4, offset=4)) == 2
    with pytest.raises(InvalidInput):
        store.passages.list("anna", limit=-1)


def waiting(outbox: Outbox, collection: str) -> list[str]:
    return [each.text for each in outbox.unindexed("anna", collection, 10)]


def test_what_waits_is_what_this_collection_does_not_hold(store: Store, make: Any) -> None:
    outbox = store.outbox
    one, two = store.passages.add("anna", [make.new_passage("one"), make.new_passage("two")])
    assert waiting(outbox, "first") == ["one", "two"] or waiting(outbox, "first") == ["two", "one"]
    assert outbox.mark_indexed("anna", "first", [one, two]) == []
    assert waiting(outbox, "first") == []
    assert outbox.count_unindexed("anna", "another") == 2
    store.passages.change("anna", one.id, text="changed")
    assert waiting(outbox, "first") == ["changed"]
    outbox.mark_indexed("anna", "first", [one])  # as it was read before the change
    assert waiting(outbox, "first") == ["changed"]
    store.passages.change("anna", two.id, active=False)
    assert outbox.indexed("anna", "first") == []
    store.passages.change("anna", two.id, title="A title is not indexed", pinned=True)
    assert outbox.count_unindexed("anna", "first") == 2


def test_a_forgotten_passage_leaves_its_id_alone(store: Store, make: Any) -> None:
    (one,) = store.passages.add("anna", [make.new_passage("secret")])
    assert store.passages.forget("anna", [one.id, "no such id"]) == 1
    assert store.passages.count("anna") == 0
    assert store.outbox.forgotten("anna") == [one.id]
    assert store.outbox.owners() == ["anna"]
    assert store.outbox.mark_indexed("anna", "here", [one]) == [one.id]
    assert len(store.passages.add("anna", [make.new_passage("secret")])) == 1
    store.outbox.let_go("anna", [one.id])
    assert store.outbox.forgotten("anna") == []


def test_uses_are_counted(store: Store, make: Any) -> None:
    (one,) = store.passages.add("anna", [make.new_passage()])
    assert (one.used, one.last_used_at) == (0, None)
    store.passages.mark_used("anna", [one.id])
    store.passages.mark_used("anna", [one.id])
    again = store.passages.get("anna", one.id)
    assert again.used == 2
    assert again.last_used_at is not None


@pytest.mark.parametrize(
    "use",
    [
        MemoryUse(),
        MemoryUse(True, "The memory is not running yet."),
        MemoryUse(True, "", (PassageUse("a" * 32, 0.5, 10, 3), PassageUse("b" * 32, None, 0, 7))),
    ],
)
def test_a_draft_keeps_what_it_was_given(store: Store, use: MemoryUse) -> None:
    story = store.stories.create("anna", prompt="p", kind="story", genre=None, style=None)
    store.stories.add_draft(
        "anna",
        story.id,
        text="t",
        model="m",
        seconds=1.0,
        completion_tokens=1,
        finish_reason="stop",
        quality=Quality(8.0),
        example=None,
        memory=use,
    )
    (draft,) = store.stories.get("anna", story.id).drafts
    assert draft.memory == use
    assert (draft.memory.words, draft.memory.words_cut) == (use.words, use.words_cut)
