"""Preferences: any JSON value per user and key."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import NotFound
from engine.store import Store


@pytest.mark.parametrize("value", [{"mix": {"horror": 0.5}}, [1, "zwei"], "text", 0, False, None])
def test_any_json_value_comes_back(store: Store, value: Any) -> None:
    store.preferences.set("anna", "key", value)
    assert store.preferences.get("anna", "key", "default") == value


def test_the_last_value_counts(store: Store) -> None:
    store.preferences.set("anna", "key", 1)
    store.preferences.set("anna", "key", 2)
    assert store.preferences.get("anna", "key") == 2


def test_default_for_what_was_never_set_or_is_deleted(store: Store) -> None:
    assert store.preferences.get("anna", "key", "default") == "default"
    store.preferences.set("anna", "key", 1)
    store.preferences.set("anna", "other", 2)
    store.preferences.delete("anna", "key")
    store.preferences.delete("anna", "key")
    assert store.preferences.get("anna", "key", "default") == "default"
    assert store.preferences.get("anna", "other") == 2


def test_unknown_users_have_no_preferences(store: Store) -> None:
    with pytest.raises(NotFound):
        store.preferences.set("nobody", "key", 1)
    assert store.preferences.get("nobody", "key") is None
