"""Benchmarks in the store: whole sets, and what goes with them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.benchmark import BenchmarkRow
from engine.domain.erasure import Noun
from engine.errors import InvalidInput, NotFound
from engine.store import Store

ROWS = [
    BenchmarkRow("Is a cat an animal?", label="yes"),
    BenchmarkRow("Say hello.", reference="Hello there, friend.", genre="horror", kind="stories"),
    BenchmarkRow("Tell of the lamp."),
]


def test_a_set_comes_back_as_it_was_added(store: Store) -> None:
    added = store.benchmarks.add("anna", "verbs", ROWS)
    assert (added.rows, added.references, added.labels) == (3, 1, 1)
    assert store.benchmarks.rows("anna", "verbs") == ROWS
    store.benchmarks.add("anna", "nouns", ROWS[:1])
    assert [each.name for each in store.benchmarks.list("anna")] == ["nouns", "verbs"]
    assert store.benchmarks.get("anna", "verbs") == added


def test_a_name_is_given_once_for_each_user(store: Store) -> None:
    store.benchmarks.add("anna", "verbs", ROWS)
    store.benchmarks.add("ben", "verbs", ROWS)
    with pytest.raises(InvalidInput, match="is taken"):
        store.benchmarks.add("anna", "verbs", ROWS)


def test_a_set_takes_what_was_answered_to_it_with_it(store: Store, make: Any) -> None:
    store.benchmarks.add("anna", "verbs", ROWS)
    store.benchmarks.add("anna", "nouns", ROWS)
    for name in ("verbs", "nouns", None):
        make.evaluation("anna", version_id=None, benchmark=name)
    listed = store.evaluations.list("anna", benchmark="nouns")
    assert [each.benchmark for each in listed] == ["nouns"]
    store.benchmarks.remove("anna", "verbs")
    assert {each.benchmark for each in store.evaluations.heads("anna", 10)} == {"nouns", None}
    assert [each.name for each in store.benchmarks.list("anna")] == ["nouns"]
    with pytest.raises(NotFound):
        store.benchmarks.remove("anna", "verbs")


def test_an_erased_row_is_asked_no_more_and_its_answers_go(store: Store, make: Any) -> None:
    found = store.benchmarks.add("anna", "verbs", ROWS)
    make.evaluation("anna", version_id=None, benchmark="verbs")
    make.evaluation("anna", version_id=None)
    key = f"{found.id}:1"
    (held,) = store.texts.of_ids("anna", Noun.BENCHMARK, [key])
    assert held.texts == ("Say hello.", "Hello there, friend.")
    store.erasures.erase("0" * 32, "anna", "a phrase", {Noun.BENCHMARK.value: [key]})
    assert store.benchmarks.rows("anna", "verbs") == [ROWS[0], ROWS[2]]
    assert store.benchmarks.get("anna", "verbs").references == 0
    assert [each.benchmark for each in store.evaluations.heads("anna", 10)] == [None]
    assert store.texts.of_ids("anna", Noun.BENCHMARK, [key])[0].texts == ()


@pytest.mark.parametrize("change", ["removed", "replaced", "erased"])
def test_answers_to_a_set_that_changed_while_it_was_asked_are_not_stored(
    store: Store, make: Any, change: str
) -> None:
    found = store.benchmarks.add("anna", "verbs", ROWS)
    asked = store.benchmarks.rows("anna", "verbs")
    if change == "erased":
        reached = {Noun.BENCHMARK.value: [f"{found.id}:1"]}
        store.erasures.erase("0" * 32, "anna", "a phrase", reached)
    else:
        store.benchmarks.remove("anna", "verbs")
    if change == "replaced":
        store.benchmarks.add("anna", "verbs", [*ROWS[:2], BenchmarkRow("Tell of the sea.")])
    error, why = (NotFound, "no benchmark") if change == "removed" else (InvalidInput, "no answer")
    with pytest.raises(error, match=why):
        make.evaluation("anna", benchmark="verbs", asked=asked)
    assert store.evaluations.count("anna") == 0


def test_answers_to_the_same_rows_under_the_same_name_are_stored(store: Store, make: Any) -> None:
    store.benchmarks.add("anna", "verbs", ROWS)
    asked = store.benchmarks.rows("anna", "verbs")
    store.benchmarks.remove("anna", "verbs")
    store.benchmarks.add("anna", "verbs", ROWS)
    assert make.evaluation("anna", benchmark="verbs", asked=asked).benchmark == "verbs"
