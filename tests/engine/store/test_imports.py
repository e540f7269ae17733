"""Imports in the store: a batch is recorded once, with its examples or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.domain.example import Decision
from engine.domain.imports import FileReport, Import, Rejection
from engine.domain.job import JobKind
from engine.errors import NotFound
from engine.store import Store

FILE = FileReport("rows.jsonl")
FIRST = replace(FILE, read=3, rejected=1)


@pytest.fixture
def begun(store: Store, make: Any) -> Import:
    job = make.job(kind=JobKind.IMPORT)
    return store.imports.begin("anna", job.id, "continuation", [FILE.name, "b.txt"])


def record(store: Store, make: Any, begun: Import, before: FileReport, after: FileReport) -> bool:
    return store.imports.record(
        "anna",
        begun.id,
        0,
        before,
        after,
        new=[make.new_example(), make.new_example()],
        rejections=[Rejection(0, after.read, "its text is empty")],
    )


def test_a_batch_is_recorded_with_its_examples(store: Store, make: Any, begun: Import) -> None:
    assert record(store, make, begun, FILE, FIRST)
    found = store.imports.get("anna", begun.id)
    assert found.files == (FIRST, FileReport("b.txt"))
    assert (found.read, found.accepted, found.rejected) == (3, 2, 1)
    assert {each.import_id for each in store.examples.list("anna")} == {begun.id}
    assert store.imports.rejections("anna", begun.id) == [Rejection(0, 3, "its text is empty")]


def test_a_batch_that_is_recorded_already_changes_nothing(
    store: Store, make: Any, begun: Import
) -> None:
    record(store, make, begun, FILE, FIRST)
    assert not record(store, make, begun, FILE, FIRST)
    assert len(store.examples.list("anna")) == 2


def test_a_batch_with_one_bad_example_is_not_recorded(
    store: Store, make: Any, begun: Import
) -> None:
    new = [make.new_example(), make.new_example(feedback=7)]
    with pytest.raises(Exception, match="feedback"):
        store.imports.record("anna", begun.id, 0, FILE, FIRST, new=new)
    assert store.examples.list("anna") == []
    assert store.imports.get("anna", begun.id) == begun


def test_beginning_again_gives_what_is_there(store: Store, make: Any, begun: Import) -> None:
    record(store, make, begun, FILE, FIRST)
    again = store.imports.begin("anna", begun.id, "instruction", [])
    assert again == store.imports.get("anna", begun.id)
    assert again.prompts == "continuation"
    with pytest.raises(NotFound):
        store.imports.begin("anna", make.job("ben").id, "continuation", [])


def test_what_another_row_names_stays(store: Store, make: Any, begun: Import) -> None:
    record(store, make, begun, FILE, FIRST)
    first, second = store.examples.list("anna")
    variant = make.example(variant_of=first.id)
    undone = store.imports.undo("anna", begun.id)
    assert (undone.removed, undone.staying) == (1, 1)
    left = {each.id for each in store.examples.list("anna")}
    assert left == {first.id, variant.id}
    assert second.id not in left


def test_known_texts_are_all_that_were_not_erased(store: Store, make: Any) -> None:
    make.example(prompt="a", completion="1", score=1.0)
    make.example(prompt="b", completion="2", decision=Decision.REJECTED)
    make.example("ben")
    assert sorted(store.imports.known_texts("anna")) == [("a", "1"), ("b", "2")]
