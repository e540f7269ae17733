"""Answers are counted by activation, and a version that is taken back leaves a sound one in its place."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.harm import Fault
from engine.errors import NotFound
from engine.store import Store


def take_back(store: Store, version_id: str) -> bool:
    return store.watched.take_back(version_id, reason="It loops.", verdict="Taken back.")


def test_answers_of_the_active_version_are_counted_from_its_activation_on(
    store: Store, make: Any
) -> None:
    version = make.version()
    assert store.watched.add(version.id, Fault.EMPTY, limit=3) == []
    store.versions.activate("anna", version.id)
    for fault in (Fault.ERROR, None, Fault.LOOPING):
        found = store.watched.add(version.id, fault, limit=3)
    assert found == [Fault.LOOPING, None, Fault.ERROR]
    assert store.watched.add(version.id, Fault.EMPTY, limit=2) == [Fault.EMPTY, Fault.LOOPING]
    store.versions.activate("anna", None)
    assert store.watched.add(version.id, None, limit=3) == []
    store.versions.activate("anna", version.id)
    assert store.watched.add(version.id, None, limit=3) == [None]
    with pytest.raises(NotFound):
        store.watched.add("0" * 32, None, limit=3)


def test_the_version_before_answers_again_and_the_reason_stands_until_somebody_changes_it(
    store: Store, make: Any
) -> None:
    older, newer = make.version(), make.version()
    store.versions.activate("anna", older.id)
    store.versions.activate("anna", newer.id)
    assert store.watched.latest("anna") is None
    assert take_back(store, newer.id)
    assert store.versions.active("anna").id == older.id
    assert store.versions.by_id(newer.id).verdict == "Taken back."
    found = store.watched.latest("anna")
    assert found is not None
    assert (found.version_id, found.reason) == (newer.id, "It loops.")
    assert found.at == store.versions.changed_at("anna")
    assert not take_back(store, newer.id)  # two answers may end at once
    assert store.versions.active("anna").id == older.id
    store.versions.activate("anna", newer.id)
    assert store.watched.latest("anna") is None


def test_what_was_taken_back_or_quarantined_never_comes_back_by_itself(
    store: Store, make: Any
) -> None:
    first, second, third = make.version(), make.version(), make.version()
    for each in (first, second):
        store.versions.activate("anna", each.id)
    assert take_back(store, second.id)
    store.versions.activate("anna", second.id)
    store.versions.activate("anna", third.id)
    assert take_back(store, third.id)
    assert store.versions.active("anna").id == first.id  # not the second, which was before it
    assert take_back(store, first.id)
    assert store.versions.active("anna") is None
    assert store.versions.previous("anna").id == first.id  # a person may go back to it


def test_a_version_alone_leaves_the_base(store: Store, make: Any) -> None:
    version = make.version()
    store.versions.activate("anna", version.id)
    assert take_back(store, version.id)
    assert store.versions.active("anna") is None
    assert store.versions.active("ben") is None
    assert store.watched.latest("ben") is None
