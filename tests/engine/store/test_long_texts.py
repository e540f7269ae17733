"""Narrowing examples reads no text but those it shows: so Data and Review stay quick with 50,000."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from engine.domain.example import Author, ExampleState, Source
from engine.domain.review import Order, Pile, ReviewFilter
from engine.store import Store
from engine.store.example_pages import ExampleFilter

INDEX_ALONE = "COVERING INDEX"


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """SQLite's, whatever the other tests take: only it says so plainly what it reads."""
    return f"sqlite:///{tmp_path / 'zega.db'}"


@pytest.fixture
def plans(store: Store, make: Any) -> Callable[[Callable[[], object]], list[str]]:
    """How the database goes about each statement of a verb."""
    for score in (6.0, 7.5, 9.0):
        make.example(score=score)

    def of(verb: Callable[[], object]) -> list[str]:
        asked: list[tuple[str, Any]] = []

        def note(_bind: object, _cursor: object, sql: str, values: Any, *_: object) -> None:
            if sql.startswith("SELECT"):
                asked.append((sql, values))

        bind = store.database._engine
        event.listen(bind, "before_cursor_execute", note)
        verb()
        event.remove(bind, "before_cursor_execute", note)
        with store.database.read() as connection:
            return [
                " | ".join(
                    row[-1]
                    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
                )
                for sql, values in asked
            ]

    return of


@pytest.mark.parametrize(
    "chosen",
    [
        ExampleFilter(),
        ExampleFilter(genre="horror"),
        ExampleFilter(source=Source.IMPORT, author=Author.PERSON, kind="code"),
        *(ExampleFilter(state=state, lowest=7.0) for state in ExampleState),
    ],
)
def test_of_examples_only_those_of_the_page(
    store: Store, plans: Callable[[Callable[[], object]], list[str]], chosen: ExampleFilter
) -> None:
    pages = store.example_pages
    count, ids, texts = plans(lambda: pages.page("anna", chosen, threshold=7.0, limit=5))
    (scores,) = plans(lambda: pages.scores("anna", chosen, threshold=7.0))
    assert all(INDEX_ALONE in plan for plan in (count, ids, scores)), (count, ids, scores)
    assert "(id=?)" in texts
    assert "SCAN examples" not in texts


@pytest.mark.parametrize(("pile", "order"), product(Pile, Order))
def test_of_a_review_only_that_of_the_card(
    store: Store, plans: Callable[[Callable[[], object]], list[str]], pile: Pile, order: Order
) -> None:
    queue, where = store.review_queue, ReviewFilter(pile=pile)
    ids, text = plans(lambda: queue.page("anna", where, order, threshold=7.0, limit=1))
    progress = plans(lambda: queue.progress("anna", where, threshold=7.0, target=None))
    assert all(INDEX_ALONE in plan for plan in (ids, *progress)), (ids, progress)
    assert "(id=?)" in text
    assert "SCAN examples" not in text
