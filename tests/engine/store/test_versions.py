"""Versions: numbers, registration once per run, and the history of what was active."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from engine.domain.evaluation import Comparison, LossGain
from engine.domain.version import AdapterIdentity, Version
from engine.errors import InvalidInput, NotFound
from engine.store import Store


def names(versions: list[Version]) -> list[str]:
    return [version.label for version in versions]


def test_a_version_comes_back_as_it_was_given(store: Store, make: Any) -> None:
    run = make.run()
    version = make.version_of(run)
    assert version.label == "zega-anna v1"
    assert (version.run_id, version.snapshot_id) == (run.id, run.snapshot_id)
    assert version.identity == AdapterIdentity("01" * 32, "23" * 32, "b4321")
    assert version.gain == LossGain(3.8, 3.4, 0.4, 0.3, 0.5, 40)
    assert version.gain_over_active is None
    assert (version.adapter_path, version.adapter_sha256) == ("models/anna/1/adapter", "cd" * 32)
    assert (version.gguf_path, version.gguf_sha256) == ("models/anna/1.gguf", "ef" * 32)
    assert store.versions.get("anna", 1) == store.versions.by_id(version.id) == version


def test_a_gain_over_the_active_version_is_kept(store: Store, make: Any) -> None:
    run = make.run()
    gain = LossGain(3.4, 3.3, 0.1, -0.1, 0.3, 40)
    version = store.versions.add(
        user_id="anna",
        run_id=run.id,
        snapshot_id=run.snapshot_id,
        base_model="b",
        recipe="quick",
        adapter_path="a",
        adapter_sha256="1",
        gguf_path="g",
        gguf_sha256="2",
        identity=AdapterIdentity("3", "4", "5"),
        gain=gain,
        gain_over_active=gain,
        verdict="Not better.",
    )
    assert store.versions.by_id(version.id).gain_over_active == gain


def test_numbers_count_up_for_each_user(store: Store, make: Any) -> None:
    for user_id in ("anna", "anna", "ben"):
        make.version(user_id)
    assert names(store.versions.list("anna")) == ["zega-anna v2", "zega-anna v1"]
    assert names(store.versions.list("ben")) == ["zega-ben v1"]


def test_threads_that_register_at_once_get_different_numbers(store: Store, make: Any) -> None:
    runs = [make.run() for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(make.version_of, runs))
    assert sorted(version.number for version in versions) == list(range(1, 9))


def test_registering_a_run_twice_gives_the_first(store: Store, make: Any) -> None:
    run = make.run()
    first = make.version_of(run)
    store.versions.set_verdict(first.id, "Now active.")
    again = make.version_of(run)
    assert again == replace(first, verdict="Now active.")
    assert store.versions.list("anna") == [again]


def test_run_and_snapshot_must_be_the_users_own(store: Store, make: Any) -> None:
    run, others = make.run(), make.run("ben")
    for wrong in (
        replace(others, user_id="anna", snapshot_id=run.snapshot_id),
        replace(run, snapshot_id=others.snapshot_id),
        replace(run, user_id="nobody"),
    ):
        with pytest.raises(NotFound):
            make.version_of(wrong)
    assert store.versions.list("anna") == store.versions.list("ben") == []


def test_activation_and_the_version_before_it(store: Store, make: Any) -> None:
    first, second = make.version(), make.version()
    versions = store.versions
    assert (versions.active("anna"), versions.previous("anna")) == (None, None)
    versions.activate("anna", first.id)
    assert (versions.active("anna"), versions.previous("anna")) == (first, None)
    versions.activate("anna", second.id)
    assert (versions.active("anna"), versions.previous("anna")) == (second, first)
    versions.activate("anna", second.id)
    assert (versions.active("anna"), versions.previous("anna")) == (second, first)
    versions.activate("anna", None)
    assert (versions.active("anna"), versions.previous("anna")) == (None, second)
    versions.activate("anna", first.id)
    assert (versions.active("anna"), versions.previous("anna")) == (first, None)


def test_hot_holds_active_versions_then_newest_then_previous_ones(store: Store, make: Any) -> None:
    a1, a2, b1, b2 = make.version(), make.version(), make.version("ben"), make.version("ben")
    assert store.versions.hot(10) == [b2, a2], "a new version is compared before it is active"
    for version in (b1, b2, a1, a2):
        store.versions.activate(version.user_id, version.id)
    assert store.versions.hot(10) == [a2, b2, a1, b1]
    assert store.versions.hot(3) == [a2, b2, a1]
    assert store.versions.hot(0) == []
    store.versions.activate("ben", None)
    assert store.versions.hot(10) == [a2, b2, a1]
    store.versions.activate("anna", a1.id)
    assert store.versions.hot(10) == [a1, b2, a2]
    with pytest.raises(InvalidInput):
        store.versions.hot(-1)


def test_comparisons_are_added_and_a_prompt_is_answered_once(store: Store, make: Any) -> None:
    version = make.version()
    wizard = Comparison("wizard", "meh", "wow", 5.0, 8.0)
    shadow = Comparison("shadow", "boo", "BOO", 6.0, 7.0)
    store.versions.add_comparisons(version.id, [wizard])
    store.versions.add_comparisons(version.id, [shadow])
    assert store.versions.by_id(version.id).comparisons == (wizard, shadow)
    again = replace(wizard, after="WOW", quality_after=9.0)
    store.versions.add_comparisons(version.id, [again])
    store.versions.add_comparisons(version.id, [])
    complete = replace(version, comparisons=(again, shadow))
    assert store.versions.get("anna", 1) == complete
    assert store.versions.list("anna") == [complete]
    assert make.version().comparisons == ()


def test_unknown_versions(store: Store, make: Any) -> None:
    others = make.version("ben")
    with pytest.raises(NotFound):
        store.versions.get("anna", 1)
    with pytest.raises(NotFound):
        store.versions.by_id("0" * 32)
    with pytest.raises(NotFound):
        store.versions.activate("anna", others.id)
    with pytest.raises(NotFound):
        store.versions.activate("nobody", None)
    with pytest.raises(NotFound):
        store.versions.set_verdict("0" * 32, "Better.")
    with pytest.raises(NotFound):
        store.versions.add_comparisons("0" * 32, [])
    assert store.versions.active("anna") is None
