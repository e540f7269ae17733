"""What remains of a passage elsewhere: found by its words, at the price of one look at each example."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from engine.domain.erasure import Noun
from engine.domain.passage import Passage, PassageType, Scope
from engine.memory import traces as module
from engine.memory.traces import traces
from engine.store.texts import HeldText
from tests.fake_llamacpp import good_texts

STORIES = [each["text"] for each in good_texts()[:6]]


def passage(text: str, source: str = "") -> Passage:
    now = datetime.now(UTC)
    return Passage("p", "anna", text, "", PassageType.NOTE, Scope.OWN, source, 0, "", now)


def held(place: int, *texts: str) -> HeldText:
    return HeldText(Noun.EXAMPLE, f"{place:02}", texts)


def store_of(*pages: list[HeldText]) -> Any:
    """A store whose examples come in these pages."""
    rows = [row for page in pages for row in page]

    def page(user_id: str, noun: Noun, after: str = "") -> list[HeldText]:
        return next(([*each] for each in pages if each[0].id > after), [])

    assert [row.id for row in rows] == sorted(row.id for row in rows)
    versions = SimpleNamespace(list=lambda user_id: [])
    return SimpleNamespace(texts=SimpleNamespace(page=page), versions=versions)


def test_whole_texts_and_halves_are_found_on_every_page() -> None:
    half = STORIES[1][: len(STORIES[1]) * 2 // 3]
    store = store_of(
        [held(1, STORIES[0], "A request."), held(2, STORIES[2], "Another.")],
        [held(3, half, "A request."), held(4, "Some other words.", STORIES[3])],
    )
    found = traces(store, "anna", [passage(STORIES[0].upper()), passage(STORIES[1])])
    assert found.examples == ("01", "03")
    assert traces(store, "anna", [passage(STORIES[3])]).examples == ("04",)
    assert traces(store, "anna", [passage(STORIES[4])]).examples == ()


def test_an_example_is_the_source_of_its_passage_whatever_became_of_the_words() -> None:
    store = store_of([held(1, STORIES[0])])
    found = traces(store, "anna", [passage(STORIES[1], source="example:01")])
    assert found.examples == ("01",)


def test_each_text_is_cut_up_once_however_many_passages_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut: list[str] = []
    runs = module.runs

    def counted(text: str) -> set[str]:
        cut.append(text)
        return runs(text)

    monkeypatch.setattr(module, "runs", counted)
    store = store_of([held(place, text, "A request.") for place, text in enumerate(STORIES)])
    traces(store, "anna", [passage(f"The {word} was lost.") for word in "abcdefghij"])
    assert len(cut) == 10 + 2 * len(STORIES)
