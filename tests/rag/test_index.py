"""What the index asks its server for, with a server of this test's own."""

from __future__ import annotations

from typing import Any

import pytest

from rag.index import Index


class Collection:
    """Windows of passages, the nearest first."""

    def __init__(self, windows: list[str]) -> None:
        self.windows = windows
        self.asked: list[int] = []

    def query(self, *, n_results: int, **rest: Any) -> dict[str, Any]:
        self.asked.append(n_results)
        near = self.windows[:n_results]
        return {
            "metadatas": [[{"passage": passage} for passage in near]],
            "distances": [[place / 1000 for place in range(len(near))]],
        }


def index_of(monkeypatch: pytest.MonkeyPatch, collection: Collection) -> Index:
    class Client:
        def get_or_create_collection(self, name: str, **options: Any) -> Collection:
            return collection

    monkeypatch.setattr("rag.index.connect", lambda url: Client())
    return Index("http://127.0.0.1:1", lambda texts: [[1.0] for _ in texts])


def recalled(index: Index, k: int) -> list[str]:
    return [hit.id for hit in index.recall("mine", "a lamp", k, ["own"])]


def test_a_long_passage_does_not_crowd_out_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    collection = Collection(["long"] * 150 + ["lamp", "well", "mill", "key"])
    index = index_of(monkeypatch, collection)
    assert recalled(index, 3) == ["long", "lamp", "well"]
    assert index.recall("mine", "a lamp", 3, ["own"])[1].score == pytest.approx(0.85)


def test_where_there_is_no_more_nothing_more_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    collection = Collection(["long"] * 150 + ["lamp"])
    assert recalled(index_of(monkeypatch, collection), 5) == ["long", "lamp"]
    assert collection.asked == [25, 100, 400]


def test_usually_one_question_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    collection = Collection(["lamp", "lamp", "well", "mill"] * 10)
    assert recalled(index_of(monkeypatch, collection), 3) == ["lamp", "well", "mill"]
    assert collection.asked == [15]
