"""Figures of a collection, against examples counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.example import Author
from engine.store import Store
from engine.store.collection import CollectionStats

THRESHOLD = 7.0


def test_an_empty_collection_has_no_figures(store: Store) -> None:
    assert store.collection.stats("anna", threshold=THRESHOLD) == CollectionStats()


def test_figures_are_those_of_the_examples(store: Store, make: Any) -> None:
    first = make.example(score=8.0, genre="horror", generator="base")
    make.example(score=6.0, genre="horror", generator="base", author=Author.STUDENT)
    make.example(score=9.0, genre="romance", generator="gemini", author=Author.STUDENT)
    make.example(score=7.0, genre=None, kind="epics", generator="base", duplicate_of=first.id)
    last = make.example(score=2.0, genre="sci_fi", generator="anna", author=Author.PERSON)
    make.example("ben", score=1.0)
    stats = store.collection.stats("anna", threshold=THRESHOLD)
    assert (stats.total_examples, stats.kept, stats.trainable) == (5, 3, 2)
    assert stats.average_quality == pytest.approx((8 + 6 + 9 + 7 + 2) / 5)
    assert stats.last_updated == last.created_at
    assert list(stats.by_generator.items()) == [("base", 3), ("anna", 1), ("gemini", 1)]
    assert stats.by_genre == {"horror": 2, "romance": 1, "sci_fi": 1}
    assert stats.by_kind == {"story": 4, "epics": 1}
    examples = store.examples.list("anna")
    assert stats.kept == sum(each.is_kept(THRESHOLD) for each in examples)
    assert stats.trainable == sum(each.is_trainable(THRESHOLD) for each in examples)


def test_nobody_in_particular_means_everybody(store: Store, make: Any) -> None:
    make.example("anna", genre="horror")
    make.example("ben", genre="horror")
    stats = store.collection.stats(None, threshold=THRESHOLD)
    assert (stats.total_examples, stats.by_genre) == (2, {"horror": 2})


def test_rejected_candidates_are_no_examples(store: Store, make: Any) -> None:
    job = make.job()
    store.outcomes.record_rejected(job.id, 0, [make.new_rejected(2.0)], 1.0)
    assert store.collection.stats("anna", threshold=THRESHOLD).total_examples == 0
