"""Serving: one current generation, whose id never comes again."""

from __future__ import annotations

from engine.store import Store


def publish(store: Store, url: str, adapters: dict[str, int] | None = None) -> int:
    return store.serving.publish(url, "smollm2", "ab" * 32, adapters or {}, f"{url}/embeddings")


def test_the_newest_generation_is_read_as_a_whole(store: Store) -> None:
    assert store.serving.current() is None
    first = publish(store, "http://127.0.0.1:9001", {"v1": 0, "v2": 1})
    second = publish(store, "http://127.0.0.1:9002", {"v2": 0})
    current = store.serving.current()
    assert current is not None
    assert current.id == second > first
    assert current.url == "http://127.0.0.1:9002"
    assert current.embeddings_url == "http://127.0.0.1:9002/embeddings"
    assert current.adapters == {"v2": 0}
    assert (current.base_model, current.base_sha256) == ("smollm2", "ab" * 32)
    assert current.published_at.tzinfo is not None


def test_after_clear_nobody_answers_and_ids_never_come_again(store: Store) -> None:
    first = publish(store, "http://127.0.0.1:9001")
    store.serving.clear()
    assert store.serving.current() is None
    assert publish(store, "http://127.0.0.1:9001") > first
