"""Snapshots: frozen rows in order, only of the user's own examples."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.decontamination import Decontamination, HeldOut, Likeness, Overlap
from engine.domain.snapshot import SnapshotReport, Split
from engine.errors import InvalidInput, NotFound, SnapshotErased
from engine.store import Store


def test_rows_come_back_in_order(store: Store, make: Any) -> None:
    parts = (Split.TEST, Split.TRAIN, Split.VALIDATION, Split.TRAIN)
    rows = [(make.example().id, part) for part in parts]
    snapshot = store.snapshots.create("anna", rows, "ab" * 32)
    assert snapshot.rows == tuple(rows)
    assert snapshot.count(Split.TRAIN) == 2
    assert (snapshot.user_id, snapshot.sha256) == ("anna", "ab" * 32)
    assert store.snapshots.get("anna", snapshot.id) == snapshot


def test_its_report_counts_what_its_rows_are(store: Store, make: Any) -> None:
    parts = (Split.TEST, Split.TRAIN, Split.VALIDATION, Split.TRAIN)
    overlap = Overlap("a" * 32, HeldOut.TEST, "b" * 32, Likeness.EXACT, 1.0)
    snapshot = store.snapshots.create(
        "anna",
        [(make.example().id, part) for part in parts],
        "ab" * 32,
        left_out=Decontamination(compared=5, removed=(overlap,)),
        variants=1,
    )
    report = store.snapshots.report("anna", snapshot.id)
    assert report == SnapshotReport("anna", 4, snapshot.left_out, 1, 0.5)
    assert report.left_out.removed == (overlap,)


def test_a_snapshot_without_rows_is_allowed(store: Store) -> None:
    snapshot = store.snapshots.create("anna", [], "ab" * 32)
    assert store.snapshots.get("anna", snapshot.id).rows == ()
    report = store.snapshots.report("anna", snapshot.id)
    assert (report.rows, report.variants, report.augmented_share) == (0, 0, 0.0)


def test_only_the_users_own_examples_and_each_once(store: Store, make: Any) -> None:
    own, others = make.example().id, make.example("ben").id
    with pytest.raises(NotFound) as caught:
        store.snapshots.create("anna", [(own, Split.TRAIN), (others, Split.TEST)], "ab" * 32)
    assert caught.value.name == others
    with pytest.raises(InvalidInput):
        store.snapshots.create("anna", [(own, Split.TRAIN), (own, Split.TEST)], "ab" * 32)
    assert store.snapshots.list("anna") == []


def test_what_was_erased_meanwhile_is_not_frozen(store: Store, make: Any) -> None:
    stays, goes = make.example().id, make.example().id
    store.erasures.erase("e" * 32, "anna", "1 example", {"example": [goes]})
    with pytest.raises(SnapshotErased) as caught:
        store.snapshots.create("anna", [(stays, Split.TRAIN), (goes, Split.TRAIN)], "ab" * 32)
    assert caught.value.erased == 1
    assert store.snapshots.list("anna") == []


def test_unknown_snapshots_and_users(store: Store) -> None:
    with pytest.raises(NotFound):
        store.snapshots.get("anna", "0" * 32)
    with pytest.raises(NotFound):
        store.snapshots.report("anna", "0" * 32)
    with pytest.raises(NotFound):
        store.snapshots.create("nobody", [], "ab" * 32)
