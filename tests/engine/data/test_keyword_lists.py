"""A user's keyword lists: kept without duplicates, taken apart, reported over examples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.data.keyword_lists import LONGEST, MOST_KEYWORDS, MOST_LISTS, KeywordLists
from engine.domain.export import Selection, Which
from engine.errors import InvalidInput, NotFound
from engine.store import Store
from tests.engine.data.examples import new_example


@pytest.fixture
def lists(store: Store) -> KeywordLists:
    return KeywordLists(store, threshold=7.0)


def test_a_list_grows_without_duplicates(lists: KeywordLists) -> None:
    first = lists.add("anna", " Harbour  terms ", "oil can\noil_can\nlamp")
    assert (first.list.name, first.list.keywords) == ("Harbour terms", ("oil can", "lamp"))
    assert (first.added, first.duplicates) == (2, 1)
    second = lists.add("anna", "Harbour terms", "Lamp, lighthouse")
    assert second.list.keywords == ("oil can", "lamp", "lighthouse")
    assert (second.added, second.duplicates) == (1, 1)
    assert lists.all("anna") == [second.list]
    assert lists.all("ben") == []


def test_keywords_leave_a_list_and_lists_leave(lists: KeywordLists) -> None:
    lists.add("anna", "terms", "oil can\nlamp")
    with pytest.raises(NotFound):
        lists.remove("anna", "terms", ["lamp", "harbour"])
    lists.remove("anna", "terms", ["Oil-Can"])
    assert lists.get("anna", "terms").keywords == ("lamp",)
    with pytest.raises(NotFound):
        lists.remove("ben", "terms")
    lists.remove("anna", "terms")
    with pytest.raises(NotFound):
        lists.get("anna", "terms")


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        (" ", "lamp", "name"),
        ("n" * 61, "lamp", "name"),
        ("a/b", "lamp", "name"),
        ("..", "lamp", "name"),
        ("terms", " \n", "text"),
        ("terms", "lamp\n--\n", "text"),
        ("terms", "l" * (LONGEST + 1), "text"),
        ("terms", "\n".join(f"lamp{number}" for number in range(MOST_KEYWORDS + 1)), "text"),
    ],
)
def test_what_cannot_be_kept_is_named(
    lists: KeywordLists, name: str, text: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        lists.add("anna", name, text)
    assert caught.value.field == field
    assert lists.all("anna") == []


def test_no_more_lists_than_anybody_can_oversee(lists: KeywordLists) -> None:
    for number in range(MOST_LISTS):
        lists.add("anna", f"list {number}", "lamp")
    with pytest.raises(InvalidInput, match="one too many"):
        lists.add("anna", "another", "lamp")
    assert lists.add("anna", "list 0", "oil can").added == 1


def test_marks_and_reports_come_from_the_stored_list(lists: KeywordLists) -> None:
    lists.add("anna", "terms", "oil can\nlamp")
    assert lists.spans("anna", "terms", "The OilCan.") == [(4, 10, "oil can")]
    report = lists.report("anna", "terms", "An oil can, a lamp.", "One lamp.")
    assert (report.kept, report.occurrences, report.missing) == (1, 2, ("oil can",))


def test_examples_are_reported_pair_by_pair(store: Store, lists: KeywordLists) -> None:
    lists.add("anna", "terms", "oil can\nlamp")
    kept = new_example(prompt="Of a lamp and an oil can.", completion="The lamp burned.")
    store.examples.add(kept)
    # Its own source has no oil can: what it says more of makes up for nothing.
    store.examples.add(replace(kept, prompt="Of a lamp.", completion="An oil can, a lamp."))
    store.examples.add(replace(kept, prompt="Of a lamp.", completion="Dark.", feedback=-1))
    report = lists.report_examples("anna", "terms", Selection())
    assert (report.occurrences, report.kept, report.missing) == (3, 2, ("oil can",))
    every = lists.report_examples("anna", "terms", Selection(which=Which.ALL))
    assert (every.occurrences, every.kept) == (4, 2)
