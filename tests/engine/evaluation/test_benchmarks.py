"""Benchmarks that users add: every row is checked, and a broken one is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.domain.benchmark import BenchmarkRow
from engine.errors import InvalidInput, NotFound
from engine.evaluation.benchmarks import MOST_BYTES, MOST_ROWS, Benchmarks, read_rows
from engine.kinds import open_kinds
from engine.store import Store, open_store

HOME = Path("nowhere")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    opened.users.ensure("anna")
    yield opened
    opened.database.dispose()


def rows_of(*lines: object) -> list[BenchmarkRow]:
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    return read_rows(text.encode(), open_kinds(HOME))


def test_rows_are_read_with_what_they_have() -> None:
    told = "One\u2028line."  # no line ends in a JSON string
    found = rows_of(
        {"prompt": " A cat? ", "label": "yes", "genre": "animals"},
        "",
        {"prompt": "A lamp.", "reference": told, "kind": "stories", "genre": "horror"},
        json.dumps({"prompt": told, "reference": None}, ensure_ascii=False) + "\r",
    )
    assert found == [
        BenchmarkRow("A cat?", label="yes", genre="animals"),
        BenchmarkRow("A lamp.", told, kind="stories", genre="horror"),
        BenchmarkRow(told),
    ]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("{", "the line is no JSON object"),
        ("[1]", "the line is no JSON object"),
        ("[" * 100_000, "the line is no JSON object"),
        ({"label": "yes"}, "prompt is missing"),
        ({"prompt": "  "}, "prompt must be text that is not empty"),
        ({"prompt": 7}, "prompt must be text that is not empty"),
        ({"prompt": "A?", "refernce": "B"}, "refernce is unknown"),
        ({"prompt": "A?", "label": True}, "label must be text"),
        ({"prompt": "A?", "kind": "poems"}, "kind must be of stories"),
        ({"prompt": "A?", "kind": "stories", "genre": "animals"}, "genre must be of fantasy"),
        ({"prompt": "x" * 4001}, "prompt has 4,001 characters, at most 4,000 fit"),
        ({"prompt": "A\0?"}, "prompt cannot be kept"),
        ('{"prompt": "\\ud800"}', "prompt cannot be kept"),
    ],
)
def test_a_broken_row_is_named_with_its_line(broken: object, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rows_of({"prompt": "Fine."}, "", broken)
    assert f"file is not a benchmark: line 3: {why}" in str(caught.value)
    assert str(caught.value).endswith("Nothing was added")


def test_every_broken_row_is_named_and_many_are_counted() -> None:
    with pytest.raises(InvalidInput) as caught:
        rows_of("1", {"prompt": "Fine."}, *"2" * 11)
    words = str(caught.value)
    assert "line 1: " in words
    assert "line 3: " in words
    assert "line 11: " in words
    assert "line 12" not in words
    assert "and 2 more lines" in words


def test_a_genre_too_many_is_named_with_its_line() -> None:
    fit = [{"prompt": "A?", "genre": f"g{place}"} for place in range(20)]
    assert len(rows_of(*fit, fit[0], {"prompt": "B?"})) == 22
    with pytest.raises(InvalidInput, match="line 21: genre g20 is one too many: 20 fit") as caught:
        rows_of(*fit, {"prompt": "A?", "genre": "g20"}, fit[3])
    assert "line 22" not in str(caught.value)


def test_what_is_too_much_or_no_text_is_refused() -> None:
    many = "\n".join([json.dumps({"prompt": "A?"})] * (MOST_ROWS + 1)).encode()
    for data, why in (
        (many, "must have 1 to 2,000 rows, got 2,001"),
        (b" \n", "must have 1 to 2,000 rows, got 0"),
        (b" " * (MOST_BYTES + 1), "at most 10,000,000 fit"),
        (b'{"prompt": "A?"}\n\xff', "is not UTF-8 text: see line 2"),
    ):
        with pytest.raises(InvalidInput, match=why):
            read_rows(data, open_kinds(HOME))


def test_sets_are_added_listed_and_removed(store: Store) -> None:
    benchmarks = Benchmarks(store, open_kinds(HOME))
    data = json.dumps({"prompt": "A cat?", "label": "yes"}).encode()
    added = benchmarks.add("anna", "cats", data)
    assert benchmarks.all("anna") == [added]
    assert benchmarks.rows("anna", "cats") == [BenchmarkRow("A cat?", label="yes")]
    (held,) = benchmarks.held_out("anna")
    assert (held.name, held.prompt, held.completion) == ("benchmark cats, row 1", "A cat?", "yes")
    for name in ("../cats", "", "a b", "-x", "x" * 61):
        with pytest.raises(InvalidInput, match="name"):
            benchmarks.add("anna", name, data)
    benchmarks.remove("anna", "cats")
    assert benchmarks.all("anna") == []
    with pytest.raises(NotFound):
        benchmarks.remove("anna", "cats")
