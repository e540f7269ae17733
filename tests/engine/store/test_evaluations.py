"""Evaluations and rulings: kept as they were given, found again, and gone with what was erased."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.benchmark import BenchmarkRow
from engine.domain.evaluation import Outcome
from engine.errors import InvalidInput, NotFound, Quarantined
from engine.store import Store


def test_an_evaluation_comes_back_as_it_was_given(store: Store, make: Any) -> None:
    version = make.version()
    of_it = make.evaluation(version_id=version.id, model=version.label)
    of_base = make.evaluation()
    assert store.evaluations.newest("anna", version.id) == of_it
    assert store.evaluations.newest("anna", None) == of_base
    assert store.evaluations.of_version(version.id) == [of_it]
    assert store.evaluations.get("anna", of_it.id) == of_it
    assert store.evaluations.count("anna") == 2
    assert store.evaluations.list("anna") == [of_base, of_it]
    assert of_it.answers[0].parts == {"loops": 9.0}
    assert of_it.rows[0].genre == "fantasy"


def test_the_newest_on_a_set_is_found_by_its_model_and_its_prompts(store: Store, make: Any) -> None:
    other_set = make.evaluation(set_sha256="aa" * 32)
    teacher = make.evaluation(model="gemini")
    store.benchmarks.add("anna", "my-own", [BenchmarkRow("A cat?", label="yes")])
    benchmark = make.evaluation(benchmark="my-own")
    found = store.evaluations
    assert found.newest("anna", None, "aa" * 32) == other_set
    assert found.newest("anna", None, "bb" * 32) is None
    assert found.newest("anna", None, model="gemini") == teacher
    assert found.newest("anna", None, model="gemini", prompts_sha256="67" * 32) == teacher
    assert found.newest("anna", None, prompts_sha256="cc" * 32) is None
    assert found.newest("anna", None, benchmark="my-own") == benchmark
    assert found.newest("anna", None, model="the base smollm2-135m") == other_set


def test_a_page_says_how_much_there_is_without_reading_it(store: Store, make: Any) -> None:
    answers = list(make.evaluation().answers) * 3
    store.benchmarks.add("anna", "mine", [BenchmarkRow("A cat?", label="yes")])
    newest = make.evaluation(benchmark="mine", answers=answers, rows=[])
    first, second = store.evaluations.heads("anna", 10)
    assert (first.id, first.benchmark, first.created_at) == (newest.id, "mine", newest.created_at)
    assert (first.answers, first.held_out_rows) == (3, 0)
    assert (second.benchmark, second.answers, second.held_out_rows) == (None, 1, 1)
    assert store.evaluations.heads("anna", 1) == [first]
    assert store.evaluations.heads("anna", 1, offset=1) == [second]
    assert [each.id for each in store.evaluations.list("anna")] == [second.id]
    with pytest.raises(InvalidInput, match="limit"):
        store.evaluations.heads("anna", -1)


def test_a_version_that_learned_an_erased_text_loses_what_it_wrote(store: Store, make: Any) -> None:
    version = make.version()
    make.evaluation(version_id=version.id)
    of_base = make.evaluation()
    (learned,) = [row[0] for row in store.snapshots.get("anna", version.snapshot_id).rows]
    reached = {"example": [learned], "snapshot": [version.snapshot_id]}
    store.erasures.erase("0" * 32, "anna", "", reached)
    assert store.evaluations.list("anna") == [of_base]
    with pytest.raises(Quarantined):
        make.evaluation(version_id=version.id)
    assert not store.rulings.take_over("anna", version.id, make.ruling(), "Active.", rival_id=None)
    assert store.versions.active("anna") is None


def test_a_ruling_is_kept_and_changes_nothing_by_itself(store: Store, make: Any) -> None:
    version = make.version()
    assert version.ruling is None
    ruling = make.ruling(Outcome.TOO_CLOSE)
    store.rulings.add("anna", version.id, ruling, "Too close to tell.")
    found = store.versions.by_id(version.id)
    assert (found.ruling, found.verdict) == (ruling, "Too close to tell.")
    assert store.versions.active("anna") is None
    with pytest.raises(NotFound):
        store.rulings.add("anna", "0" * 32, ruling, "")


def test_a_version_takes_over_from_its_rival_and_from_nobody_else(store: Store, make: Any) -> None:
    first, second, third = make.version(), make.version(), make.version()
    rulings, ruling = store.rulings, make.ruling()
    assert rulings.take_over("anna", first.id, ruling, "Active.", rival_id=None)
    assert store.versions.active("anna") == store.versions.by_id(first.id)
    assert store.versions.by_id(first.id).ruling == ruling
    assert rulings.take_over("anna", second.id, ruling, "Active.", rival_id=first.id)
    # Done again after a kill, it is the active one already.
    assert rulings.take_over("anna", second.id, ruling, "Active.", rival_id=first.id)
    assert store.versions.previous("anna") == store.versions.by_id(first.id)
    store.versions.activate("anna", None)
    assert not rulings.take_over("anna", third.id, ruling, "Active.", rival_id=second.id)
    assert store.versions.active("anna") is None
    assert store.versions.by_id(third.id).ruling is None
