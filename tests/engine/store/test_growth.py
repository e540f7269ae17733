"""Counts over examples: the database's answer against a count row by row."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from engine.domain.example import Author
from engine.store import Store, open_store
from engine.store.growth import Dimension

THRESHOLD = 7.0


def fill(make: Any) -> None:
    draw = random.Random(7)
    first = make.example()
    for _ in range(60):
        make.example(
            score=round(draw.uniform(5, 10), 2),
            genre=draw.choice(["horror", "epic", None]),
            kind=draw.choice(["stories", "code"]),
            generator=draw.choice(["a", "b"]),
            author=draw.choice(list(Author)),
            feedback=draw.choice([-1, 0, 1]),
            duplicate_of=draw.choice([None, None, first.id]),
        )
    make.example("ben")


def test_usable_examples_are_the_trainable_ones_in_every_dimension(store: Store, make: Any) -> None:
    fill(make)
    trainable = store.examples.trainable("anna", threshold=THRESHOLD)
    assert 5 < len(trainable) < 60
    for dimension in Dimension:
        days = store.growth.days("anna", dimension, threshold=THRESHOLD)
        expected = Counter(
            (each.created_at.date(), getattr(each, dimension.value)) for each in trainable
        )
        assert {(row.day, row.name): row.added for row in days} == expected
    genres = Counter(each.genre for each in trainable if each.genre)
    assert store.growth.genres("anna", threshold=THRESHOLD) == genres


def test_scores_split_every_example_into_used_and_not(store: Store, make: Any) -> None:
    fill(make)
    everything = store.examples.list("anna", limit=1000)
    trainable = store.examples.trainable("anna", threshold=THRESHOLD)
    rows = store.growth.scores("anna", threshold=THRESHOLD)
    assert [row.score for row in rows] == sorted(row.score for row in rows)
    assert {row.score: row.usable + row.others for row in rows} == Counter(
        round(each.quality.score, 2) for each in everything
    )
    assert Counter({row.score: row.usable for row in rows if row.usable}) == Counter(
        round(each.quality.score, 2) for each in trainable
    )


def test_rejected_slots_count_among_the_others(store: Store, make: Any) -> None:
    job, bens = make.job(), make.job("ben")
    store.outcomes.record_rejected(job.id, 0, [make.new_rejected(3.456)], 1.0)
    store.outcomes.record_rejected(bens.id, 0, [make.new_rejected(2.0)], 1.0)
    store.outcomes.record_failed(job.id, 1, "no answer", 1.0)
    rows = store.growth.scores("anna", threshold=THRESHOLD)
    assert [tuple(row) for row in rows] == [(3.46, 0, 1)]


def test_figures_are_answered_without_reading_a_text(tmp_path: Path) -> None:
    """SQLite's plan of each query names the index alone."""
    store = open_store(f"sqlite:///{tmp_path / 'plans.db'}")
    store.users.ensure("anna")
    asked: list[tuple[str, Any]] = []

    def note(*call: Any) -> None:
        asked.append((call[2], call[3]))

    event.listen(Engine, "before_cursor_execute", note)
    for dimension in Dimension:
        store.growth.days("anna", dimension, threshold=THRESHOLD)
    store.growth.genres("anna", threshold=THRESHOLD)
    store.growth.scores("anna", threshold=THRESHOLD)
    event.remove(Engine, "before_cursor_execute", note)
    of_examples = [(query, values) for query, values in asked if "FROM examples" in query]
    assert len(of_examples) == len(Dimension) + 2
    with store.database.read() as connection:
        for query, values in of_examples:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
            assert any("COVERING INDEX ix_examples_overview" in row[3] for row in plan), plan
    store.database.dispose()
