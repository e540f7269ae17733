"""Pages of examples: narrowed in the database as the domain would, in order, and nobody else's."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest

from engine.domain.example import Author, Decision, Example, ExampleState, Source
from engine.errors import InvalidInput
from engine.store import Store
from engine.store.example_pages import ExampleFilter
from engine.store.examples import insert_example


@pytest.fixture
def everything(store: Store, make: Any) -> list[Example]:
    first = make.example(genre=None)
    new = [
        make.new_example(
            author=author,
            score=score,
            duplicate_of=duplicate,
            feedback=feedback,
            decision=decision,
            source=Source.IMPORT
            if score > 7
            else Source.VARIANT
            if decision is Decision.ACCEPTED
            else Source.WRITE,
        )
        for author, score, duplicate, feedback, decision in product(
            Author, (6.9, 7.0, 9.0), (None, first.id), (-1, 0), (None, *Decision)
        )
    ]
    with store.database.write() as connection:
        return [first, *(insert_example(connection, each) for each in new)]


@pytest.mark.parametrize("state", ExampleState)
def test_a_state_in_sql_means_what_the_domain_means(
    store: Store, everything: list[Example], state: ExampleState
) -> None:
    page = store.example_pages.page("anna", ExampleFilter(state=state), threshold=7.0, limit=500)
    expected = [each for each in reversed(everything) if each.state(7.0) is state]
    assert list(page.rows) == sorted(expected, key=lambda each: (each.created_at, each.id))[::-1]
    assert page.total == len(expected)
    assert bool(expected) == (state is not ExampleState.ERASED)


@pytest.mark.parametrize(
    "chosen",
    [
        ExampleFilter(source=Source.IMPORT),
        ExampleFilter(author=Author.PERSON, highest=7.0),
        ExampleFilter(lowest=7.5),
        ExampleFilter(genre="fantasy", kind="story"),
        ExampleFilter(kind="code"),
    ],
)
def test_filters_leave_what_they_say(
    store: Store, everything: list[Example], chosen: ExampleFilter
) -> None:
    page = store.example_pages.page("anna", chosen, threshold=7.0, limit=500)
    expected = {
        each.id
        for each in everything
        if chosen.source in (None, each.source)
        and chosen.author in (None, each.author)
        and chosen.genre in (None, each.genre)
        and chosen.kind in (None, each.kind)
        and chosen.lowest <= each.quality.score <= chosen.highest
    }
    assert {each.id for each in page.rows} == expected
    assert page.total == len(expected) < len(everything)


def test_pages_follow_each_other_without_gap_or_overlap(
    store: Store, make: Any, everything: list[Example]
) -> None:
    make.example("ben")
    seen = [
        row.id
        for offset in range(0, len(everything), 10)
        for row in store.example_pages.page(
            "anna", ExampleFilter(), threshold=7.0, limit=10, offset=offset
        ).rows
    ]
    assert Counter(seen) == Counter(each.id for each in everything)
    with pytest.raises(InvalidInput, match="offset"):
        store.example_pages.page("anna", ExampleFilter(), threshold=7.0, limit=10, offset=-1)


def test_scores_are_counted_with_those_in_use_apart(
    store: Store, everything: list[Example]
) -> None:
    counts = store.example_pages.scores("anna", ExampleFilter(), threshold=7.0)
    used = Counter(each.quality.score for each in everything if each.is_trainable(7.0))
    total = Counter(each.quality.score for each in everything)
    assert {row.score: row.usable for row in counts} == {at: used[at] for at in total}
    assert {row.score: row.usable + row.others for row in counts} == dict(total)
