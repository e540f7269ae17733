"""Providers and switches: rows of the machine, with their keys sealed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.provider import Provider, is_loopback
from engine.errors import NotFound
from engine.store import Store


def add(store: Store, **values: Any) -> Provider:
    fields: dict[str, Any] = {
        "name": "Ollama",
        "kind": "openai",
        "base_url": "http://127.0.0.1:11434/v1",
        "model": "writer",
        "concurrency": 2,
        "price_in": 0.5,
        "price_out": 1.5,
        "sealed_key": "sealed",
    }
    return store.providers.add(**{**fields, **values})


def test_a_provider_comes_back_without_its_key(store: Store) -> None:
    added = add(store)
    assert store.providers.get(added.id) == added
    assert store.providers.list() == [added]
    assert added.has_key
    assert "sealed" not in repr(added)
    assert store.providers.sealed_key(added.id) == "sealed"
    assert not add(store, sealed_key="").has_key


def test_changes_leave_the_rest_alone(store: Store) -> None:
    added, other = add(store), add(store, name="Other")
    changed = store.providers.update(added.id, model="better", price_in=0.0)
    assert (changed.model, changed.price_in, changed.price_out) == ("better", 0.0, 1.5)
    assert store.providers.sealed_key(added.id) == "sealed"
    assert store.providers.get(other.id) == other


def test_what_is_removed_is_gone_with_its_key(store: Store) -> None:
    added = add(store)
    store.providers.remove(added.id)
    for ask in (store.providers.get, store.providers.sealed_key, store.providers.remove):
        with pytest.raises(NotFound):
            ask(added.id)
    with pytest.raises(NotFound):
        store.providers.update(added.id, name="x")


def test_a_switch_has_its_default_until_it_is_set(store: Store) -> None:
    assert store.providers.switch("local_only", False) is False
    store.providers.set_switch("local_only", True)
    store.providers.set_switch("other", 3)
    assert store.providers.switch("local_only", False) is True


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://127.9.9.9/v1", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("", False),
        ("https://api.example.com/v1", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("http://192.168.1.5:8000", False),
        ("http://0.0.0.0:8000", False),
        ("http://2130706433", False),
        ("http://0x7f.0.0.1", False),
    ],
)
def test_only_loopback_counts_as_this_machine(url: str, local: bool) -> None:
    assert is_loopback(url) is local
