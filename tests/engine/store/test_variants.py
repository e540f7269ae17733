"""Variants: among the examples, and none of their own."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.example import Decision, Example, Source
from engine.domain.review import Action, Order, Pile, ReviewFilter
from engine.domain.snapshot import Split
from engine.errors import NotFound
from engine.store import Store
from engine.store.examples import NewExample


def new_variant(make: Any, original: Example, text: str, **values: object) -> NewExample:
    new: NewExample = make.new_example(
        original.user_id,
        completion=text,
        source=Source.VARIANT,
        variant_of=original.id,
        variant="names",
        **values,
    )
    return new


def test_variants_count_nowhere_and_are_found_as_variants(store: Store, make: Any) -> None:
    original = make.example()
    before = store.collection.stats("anna", threshold=7.0)
    scores = store.growth.scores("anna", threshold=7.0)
    (variant,) = store.variants.add("anna", [new_variant(make, original, "Otherwise.")])
    assert store.variants.usable("anna") == [variant]
    assert store.variants.of("anna", original.id) == [variant]
    assert not variant.is_kept(0.0)
    assert store.examples.trainable("anna", threshold=0.0) == [original]
    assert [each.id for each in store.examples.kept_texts("anna", 0.0)] == [original.id]
    assert store.collection.stats("anna", threshold=7.0) == before
    assert store.growth.scores("anna", threshold=7.0) == scores


def test_the_same_variant_is_stored_once(store: Store, make: Any) -> None:
    original = make.example()
    new = new_variant(make, original, "Otherwise.")
    assert len(store.variants.add("anna", [new, new])) == 1
    assert store.variants.add("anna", [new]) == []
    other = make.example()
    assert len(store.variants.add("anna", [new_variant(make, other, "Otherwise.")])) == 1


def test_what_a_person_refused_is_not_usable_but_still_there(store: Store, make: Any) -> None:
    original = make.example()
    stored = store.variants.add(
        "anna",
        [
            new_variant(make, original, "a", feedback=-1),
            new_variant(make, original, "b", decision=Decision.REJECTED),
            new_variant(make, original, "c"),
        ],
    )
    assert [each.completion for each in store.variants.usable("anna")] == ["c"]
    assert store.variants.count("anna") == 1
    assert store.variants.of("anna", original.id) == stored


def test_undo_leaves_what_a_snapshot_holds(store: Store, make: Any) -> None:
    original = make.example()
    used, _ = store.variants.add(
        "anna", [new_variant(make, original, "a"), new_variant(make, original, "b")]
    )
    rows = [(original.id, Split.TRAIN), (used.id, Split.TRAIN)]
    snapshot = store.snapshots.create("anna", rows, "ab" * 32, variants=1)
    assert store.snapshots.get("anna", snapshot.id).variants == 1
    assert store.variants.remove_unused("anna") == 1
    assert store.variants.usable("anna") == [used]
    assert store.examples.get("anna", original.id) == original


def test_undo_leaves_what_was_decided_about_or_exported(store: Store, make: Any) -> None:
    original = make.example()
    texts = ("decided", "skipped", "mended", "exported", "untouched")
    stored = store.variants.add("anna", [new_variant(make, original, each) for each in texts])
    decided, skipped, mended, exported, untouched = stored
    store.decisions.decide("anna", decided.id, Action.ACCEPT, seen=0)
    store.decisions.decide("anna", skipped.id, Action.SKIP, seen=0)
    new = new_variant(make, original, "better")
    (entry,) = store.decisions.replace("anna", [(mended.id, 0, new)], Action.REPAIR)
    store.exports.add("anna", format="jsonl", place="out.jsonl", example_ids=[exported.id])
    assert store.variants.remove_unused("anna") == 1
    left = {each.id for each in store.variants.of("anna", original.id)}
    assert left == {each.id for each in stored if each is not untouched} | {entry.result_id}


def test_a_variant_that_was_mended_gives_way_to_the_new_one(store: Store, make: Any) -> None:
    original = make.example()
    (old,) = store.variants.add("anna", [new_variant(make, original, "Otherwse.")])
    new = new_variant(make, original, "Otherwise.")
    store.decisions.replace("anna", [(old.id, 0, new)], Action.REPAIR)
    assert [each.completion for each in store.variants.usable("anna")] == ["Otherwise."]
    assert store.variants.count("anna") == 1


def test_variants_are_reviewed_only_when_they_are_asked_for(store: Store, make: Any) -> None:
    original = make.example(score=7.2)
    (variant,) = store.variants.add("anna", [new_variant(make, original, "Otherwise.")])

    def found(pile: Pile, source: Source | None = None) -> list[str]:
        where = ReviewFilter(pile, source=source)
        page = store.review_queue.page("anna", where, Order.OLDEST, threshold=7.0)
        assert store.review_queue.count("anna", where, threshold=7.0) == len(page)
        return [each.id for each in page]

    for pile in (Pile.UNDECIDED, Pile.BORDERLINE, Pile.KEPT):
        assert found(pile) == [original.id]
    assert found(Pile.UNDECIDED, Source.VARIANT) == [variant.id]
    store.decisions.decide("anna", variant.id, Action.ACCEPT, seen=0)
    assert found(Pile.DECIDED) == []


def test_an_original_must_be_the_users_own(store: Store, make: Any) -> None:
    others = make.example("ben")
    with pytest.raises(NotFound):
        store.variants.add("anna", [make.new_example(source=Source.VARIANT, variant_of=others.id)])
    with pytest.raises(NotFound):
        store.variants.add("anna", [make.new_example(source=Source.VARIANT)])
