"""Mending many texts at once: looked at first, one step, taken back as one."""

from __future__ import annotations

import pytest

from engine.domain.example import Author, Decision
from engine.domain.review import Pile, ReviewFilter
from engine.errors import InvalidInput
from engine.review import Repair, RepairKind, Review
from engine.review.repair import repaired
from engine.store import Store
from tests.engine.review.conftest import Add
from tests.engine.review.test_review import everything

SURE = "Sure, here is a horror story for you:\n\n"
HOPE = "\n\nI hope you like it! Let me know if I should change anything."


@pytest.mark.parametrize(
    ("repair", "before", "after"),
    [
        (Repair(RepairKind.REPLACE, "lamp", "torch"), "A Lamp, a lamp.", "A torch, a torch."),
        (Repair(RepairKind.REPLACE, "lamp", r"\1", match_case=True), "Lamp, lamp.", r"Lamp, \1."),
        (Repair(RepairKind.REPLACE, r"(\w+) lamp", r"lamp \1", regex=True), "a lamp", "lamp a"),
        (Repair(RepairKind.REPLACE, "a.c", "-"), "abc a.c", "abc -"),
        (Repair(RepairKind.STRIP_START), f"{SURE}It was dark.", "It was dark."),
        (Repair(RepairKind.STRIP_START), "Surely it was dark. She sat.", None),
        (Repair(RepairKind.STRIP_START), "Sure, he said, and went on to tell it all.", None),
        (Repair(RepairKind.STRIP_START, "My tale"), "My tale:\nIt was dark.", "It was dark."),
        (Repair(RepairKind.STRIP_END), f"It was dark.{HOPE}", "It was dark."),
        (Repair(RepairKind.STRIP_END), "It was dark.\n\nI saw nothing.", None),
        (Repair(RepairKind.QUOTES), "“No,” she said, ‘never’.", "\"No,\" she said, 'never'."),
        (Repair(RepairKind.WHOLE_SENTENCES), "It was dark. And then the", "It was dark."),
    ],
)
def test_what_each_rule_does(repair: Repair, before: str, after: str | None) -> None:
    assert repaired(repair, before) == (before if after is None else after)


def test_a_repair_is_looked_at_done_and_taken_back_as_one_step(
    review: Review, store: Store, add: Add
) -> None:
    spoiled = [add(f"{SURE}The lamp number {number} went out.") for number in range(7)]
    fine, nothing_left = add("The lamp went out."), add("Sure, here it is:")
    done = add(f"{SURE}Somebody lit it.")
    review.accept("anna", done.id, seen=0)
    before = everything(store)
    preview = review.preview_repair("anna", Repair(RepairKind.STRIP_START))
    assert everything(store) == before
    assert (preview.scanned, preview.changed, len(preview.samples)) == (9, 7, 5)
    assert all(sample.before == SURE + sample.after for sample in preview.samples)
    heard: list[int] = []
    result = review.apply_repair("anna", preview, on_progress=heard.append)
    assert (result.changed, result.left_out, heard) == (7, 0, [7])
    queue = review.queue("anna", limit=50)
    texts = {each.completion for each in queue.examples}
    expected = {f"The lamp number {number} went out." for number in range(7)}
    assert texts == expected | {fine.completion, nothing_left.completion}
    assert {each.author for each in queue.examples} == {Author.TEACHER}
    undone = review.undo("anna")
    assert undone is not None
    assert {entry.example_id for entry in undone.entries} == {each.id for each in spoiled}
    assert {each.id for each in review.queue("anna", limit=50).examples} == {
        each.id for each in [*spoiled, fine, nothing_left]
    }


def test_what_was_decided_since_the_preview_is_left_alone(review: Review, add: Add) -> None:
    texts = [add(f"{SURE}Lamp {number}.") for number in range(3)]
    preview = review.preview_repair("anna", Repair(RepairKind.STRIP_START))
    review.accept("anna", texts[0].id, seen=0)
    review.edit("anna", texts[1].id, "My own.", seen=0)
    result = review.apply_repair("anna", preview)
    assert (result.changed, result.left_out) == (1, 2)
    assert review.card("anna", texts[0].id).example.completion == f"{SURE}Lamp 0."


def test_accepted_texts_stay_accepted_when_they_are_mended(review: Review, add: Add) -> None:
    text = add("“Dark”, she said.")
    review.accept("anna", text.id, seen=0)
    where = ReviewFilter(Pile.DECIDED)
    review.apply_repair("anna", review.preview_repair("anna", Repair(RepairKind.QUOTES), where))
    (mended,) = review.queue("anna", where).examples
    assert (mended.completion, mended.decision) == ('"Dark", she said.', Decision.ACCEPTED)
    assert review.card("anna", mended.id).original == review.card("anna", text.id).example


@pytest.mark.parametrize(
    ("repair", "says"),
    [
        (Repair(RepairKind.REPLACE), "find is empty"),
        (Repair(RepairKind.REPLACE, "(", regex=True), "find is no regular expression"),
        (Repair(RepairKind.REPLACE, "l", r"\9", regex=True), "replacement does not fit"),
        (Repair(RepairKind.REPLACE, "x" * 501), "at most 500"),
        (Repair(RepairKind.REPLACE, r"(\w|\w\w|\w+)+$", regex=True), "takes too long"),
    ],
)
def test_a_rule_that_cannot_be_used_changes_nothing(
    review: Review, store: Store, add: Add, repair: Repair, says: str
) -> None:
    add("l" * 3000 + "!")
    before = everything(store)
    with pytest.raises(InvalidInput, match=says):
        review.preview_repair("anna", repair)
    assert everything(store) == before
