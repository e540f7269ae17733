"""Examples: what is stored, what counts as kept and trainable, and in which order."""

from __future__ import annotations

from dataclasses import asdict
from itertools import product
from typing import Any

import pytest

from engine.domain.example import Author, Decision, Source
from engine.errors import InvalidInput, NotFound
from engine.store import Store


def test_an_example_comes_back_as_it_was_given(store: Store, make: Any) -> None:
    job = make.job()
    kept = make.example()
    new = make.new_example(
        job_id=job.id,
        plan_index=3,
        duplicate_of=kept.id,
        feedback=-1,
        author=Author.PERSON,
        split_group="novel.txt, stretch 4",
        variant_of=kept.id,
        variant="paraphrase",
        decision=Decision.REJECTED,
    )
    stored = store.examples.add(new)
    found = store.examples.get("anna", stored.id)
    assert found == stored
    values = asdict(found)
    assert values.pop("id") == stored.id
    assert values.pop("created_at").tzinfo is not None
    assert values.pop("decided_at").tzinfo is not None
    assert values.pop("erased_at") is None
    assert values == asdict(new)


def test_without_a_group_the_seed_prompt_is_the_group(store: Store, make: Any) -> None:
    example = make.example()
    assert example.split_group == example.seed_prompt
    assert example.decided_at is None


def test_references_must_be_the_users_own(store: Store, make: Any) -> None:
    others = make.example("ben")
    for new in (
        make.new_example("nobody"),
        make.new_example(job_id=make.job("ben").id),
        make.new_example(duplicate_of=others.id),
        make.new_example(variant_of=others.id),
    ):
        with pytest.raises(NotFound):
            store.examples.add(new)
    assert store.examples.list("anna") == []


def test_trainable_in_sql_means_what_the_domain_means(store: Store, make: Any) -> None:
    first = make.example()
    everything = [first]
    for author, score, duplicate, feedback, decision in product(
        Author, (6.9, 7.0), (None, first.id), (-1, 0, 1), (None, *Decision)
    ):
        everything.append(
            make.example(
                author=author,
                score=score,
                duplicate_of=duplicate,
                feedback=feedback,
                decision=decision,
            )
        )
    expected = [example for example in everything if example.is_trainable(7.0)]
    everything.append(make.example(source=Source.VARIANT, variant_of=first.id))
    assert 1 < len(expected) < len(everything)
    assert store.examples.trainable("anna", threshold=7.0) == expected
    assert store.examples.count_trainable("anna", threshold=7.0) == len(expected)
    kept = [(each.id, each.completion) for each in everything if each.is_kept(7.0)]
    assert store.examples.kept_texts("anna", 7.0) == kept


def test_list_is_newest_first_and_narrowed(store: Store, make: Any) -> None:
    job = make.job()
    horror = make.example(genre="horror")
    slot = make.example(job_id=job.id, source=Source.AUTO_TRAIN)
    plain = make.example()
    examples = store.examples
    assert examples.list("anna") == [plain, slot, horror]
    assert examples.list("anna", limit=1, offset=1) == [slot]
    assert examples.list("anna", genre="horror") == [horror]
    assert examples.list("anna", source=Source.AUTO_TRAIN) == [slot]
    assert examples.list("anna", job_id=job.id) == [slot]
    assert examples.list("anna", job_id=job.id, genre="horror") == []
    with pytest.raises(InvalidInput):
        examples.list("anna", limit=-1)
    with pytest.raises(InvalidInput):
        examples.list("anna", offset=-1)


def test_a_thumb_down_takes_an_example_out_of_training(store: Store, make: Any) -> None:
    example = make.example()
    store.examples.set_feedback("anna", example.id, -1)
    assert store.examples.get("anna", example.id).feedback == -1
    assert store.examples.count_trainable("anna", threshold=7.0) == 0
    store.examples.set_feedback("anna", example.id, 1)
    assert store.examples.count_trainable("anna", threshold=7.0) == 1


@pytest.mark.parametrize("feedback", [-2, 2, 100])
def test_other_thumbs_are_refused(store: Store, make: Any, feedback: int) -> None:
    example = make.example()
    with pytest.raises(InvalidInput):
        store.examples.set_feedback("anna", example.id, feedback)
    with pytest.raises(InvalidInput):
        make.example(feedback=feedback)
    assert store.examples.list("anna") == [example]


def test_of_ids_keeps_the_order_asked_for(store: Store, make: Any) -> None:
    first, second, third = (make.example() for _ in range(3))
    found = store.examples.of_ids("anna", [third.id, first.id, second.id, first.id])
    assert found == [third, first, second, first]
    assert store.examples.of_ids("anna", []) == []


def test_of_ids_reads_long_lists_in_portions(
    store: Store, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.examples._IDS_PER_QUERY", 2)
    ids = [make.example().id for _ in range(5)]
    assert [example.id for example in store.examples.of_ids("anna", ids)] == ids


def test_of_ids_names_the_first_that_is_not_there(store: Store, make: Any) -> None:
    with pytest.raises(NotFound) as caught:
        store.examples.of_ids("anna", [make.example().id, make.example("ben").id])
    assert caught.value.noun == "example"


def test_unknown_examples(store: Store) -> None:
    with pytest.raises(NotFound):
        store.examples.get("anna", "0" * 32)
    with pytest.raises(NotFound):
        store.examples.set_feedback("anna", "0" * 32, 1)
