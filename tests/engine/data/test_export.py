"""Every form of export, read again by what others would read it with: nothing is lost."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset

from engine.data.export import COLUMNS, FORMS, from_one_line, one_line
from engine.data.exports import Exports, selection_of
from engine.data.readers import Upload, check_files, open_file
from engine.domain.example import Author, Decision, Example, Source
from engine.domain.export import Selection, Which
from engine.domain.quality import Quality
from engine.errors import InvalidInput
from engine.kinds import open_kinds
from engine.rendering import render
from engine.store import Store
from tests.engine.data.examples import new_example

EVERY = Selection(which=Which.ALL)
# Whatever a text may hold that a form could stumble over.
HARD = (
    'Line one,\nline "two";\r\n\tback\\slash \\n \\u2028, a\u2028break, \x85, ümläut 🐉, {"a": 1} '
)


@pytest.fixture
def exports(store: Store, tmp_path: Path) -> Exports:
    home = tmp_path / "home"
    home.mkdir()
    return Exports(home, store, open_kinds(home), threshold=7.0)


@pytest.fixture
def shelf(store: Store) -> list[Example]:
    """Four examples of anna's, oldest first: two usable ones, one of the student's, a weak one."""
    plain = new_example(quality=Quality(0.1 + 8.2, {}, ()))
    hard = replace(
        plain, genre=None, style=None, prompt=HARD, completion=HARD + "end", source=Source.IMPORT
    )
    new = [
        plain,
        replace(hard, author=Author.PERSON, decision=Decision.ACCEPTED),
        replace(plain, author=Author.STUDENT),
        replace(plain, quality=Quality(2.0), genre="horror", kind="epics"),
    ]
    store.examples.add(new_example("ben"))
    return [store.examples.add(each) for each in new]


def as_row(example: Example) -> dict[str, Any]:
    row = {name: getattr(example, name, None) for name in COLUMNS}
    return row | {
        "created_at": example.created_at.isoformat(),
        "score": example.quality.score,
        "decision": example.decision.value if example.decision else None,
    }


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_tables_give_back_every_field_to_the_letter(
    exports: Exports, shelf: list[Example], tmp_path: Path, format: str
) -> None:
    path = tmp_path / "out" / f"mine.{format}"
    done = exports.write("anna", format, path, EVERY)
    assert done.examples == 4
    reader = "json" if format == "jsonl" else format
    cache = str(tmp_path / "cache")
    options = {"keep_default_na": True} if format == "csv" else {}
    rows = load_dataset(reader, data_files=str(path), split="train", cache_dir=cache, **options)
    assert list(rows) == [as_row(each) for each in shelf]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_csv_is_read_by_pythons_own_reader(
    exports: Exports, shelf: list[Example], tmp_path: Path
) -> None:
    exports.write("anna", "csv", tmp_path / "a.csv", EVERY)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["completion"] for row in rows] == [each.completion for each in shelf]


def test_chat_lines_are_what_a_model_is_taught_on(
    exports: Exports, shelf: list[Example], tmp_path: Path
) -> None:
    exports.write("anna", "chat", tmp_path / "chat.jsonl", EVERY)
    kinds = open_kinds(tmp_path)
    lines = (tmp_path / "chat.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    for line, example in zip(lines, shelf, strict=True):
        *asked, answer = json.loads(line)["messages"]
        assert answer == {"role": "assistant", "content": example.completion}
        assert [(each["role"], each["content"]) for each in asked] == [
            (each.role, each.content)
            for each in render(example.prompt, system=kinds.find(example.kind).system)
        ]


def test_collected_pairs_come_with_their_figures(
    exports: Exports, shelf: list[Example], tmp_path: Path
) -> None:
    exports.write("anna", "collected", tmp_path / "out", EVERY)
    folder = tmp_path / "out" / "training_data"
    text = (folder / "gemini_training_examples.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.split("\n") if line]
    assert rows[1] == {
        "timestamp": shelf[1].created_at.isoformat(),
        "input": HARD,
        "output": HARD + "end",
        "generator": "smollm2-135m",
        "metadata": {"input_length": len(HARD), "output_length": len(HARD) + 3},
    }
    stats = json.loads((folder / "collection_stats.json").read_text(encoding="utf-8"))
    assert stats["total_examples"] == len(rows) == 4
    assert datetime.fromisoformat(stats["last_updated"]) == shelf[-1].created_at
    assert stats["by_generator"] == {"smollm2-135m": 4}


def test_source_and_target_have_a_line_for_each_example(
    exports: Exports, shelf: list[Example], tmp_path: Path
) -> None:
    exports.write("anna", "seq2seq", tmp_path / "out", EVERY)
    for name, field in (("source", "prompt"), ("target", "completion")):
        text = (tmp_path / "out" / "processed" / f"{name}.txt").read_text(encoding="utf-8")
        # Also for readers that know more ends of lines than one.
        assert len(text.splitlines()) == len(text.split("\n")) - 1 == 4
        found = [from_one_line(line) for line in text.splitlines()]
        assert found == [getattr(each, field) for each in shelf]


@pytest.mark.parametrize(
    "text", ["", "\\", "\\\\n", "\\u2028", "a\\", "\n\r\v\f\x1c\x85\u2029", HARD]
)
def test_one_line_and_back_is_the_same_text(text: str) -> None:
    assert from_one_line(one_line(text)) == text
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("chosen", "places"),
    [
        ({}, [0, 1, 2]),
        ({"which": "trainable"}, [0, 1]),
        ({"which": "all"}, [0, 1, 2, 3]),
        ({"which": "all", "genre": "horror"}, [3]),
        ({"which": "all", "kind": "epics"}, [3]),
        ({"source": "import"}, [1]),
    ],
)
def test_a_selection_narrows(
    exports: Exports, shelf: list[Example], chosen: dict[str, str], places: list[int], store: Store
) -> None:
    selection = selection_of(**chosen)
    pages = list(store.exports.pages("anna", selection, threshold=7.0, size=2))
    assert [each for page in pages for each in page] == [shelf[place] for place in places]
    assert all(len(page) <= 2 for page in pages)
    assert exports.count("anna", selection) == len(places)


@pytest.mark.parametrize(
    ("format", "chosen", "field"),
    [
        ("xls", {}, "format"),
        ("csv", {"which": "good"}, "which"),
        ("csv", {"source": "elsewhere"}, "source"),
        ("csv", {"genre": "romance"}, "selection"),
    ],
)
def test_what_cannot_be_exported_is_named_and_leaves_nothing(
    exports: Exports, shelf: list[Example], tmp_path: Path, format: str, chosen: Any, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        exports.write("anna", format, tmp_path / "out" / "file", selection_of(**chosen))
    assert caught.value.field == field
    assert exports.list("anna") == []
    assert not (tmp_path / "out" / "file").exists()


def test_a_place_that_cannot_be_written_is_named(
    exports: Exports, shelf: list[Example], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be written"):
        exports.write("anna", "csv", tmp_path / "file" / "a.csv", EVERY)


@pytest.mark.parametrize("format", FORMS)
def test_a_door_gets_one_file_and_it_is_remembered_what_left(
    exports: Exports, shelf: list[Example], format: str, store: Store, tmp_path: Path
) -> None:
    with exports.as_file("anna", format, Selection(), place="download") as path:
        assert path.stat().st_size > 0
        names = zipfile.ZipFile(path).namelist() if path.suffix == ".zip" else [path.name]
    assert names == list(FORMS[format].files)
    assert list((tmp_path / "home").iterdir()) == []
    (done,) = exports.list("anna")
    assert (done.format, done.place, done.examples) == (format, "download", 3)
    assert store.exports.holding("anna", [shelf[0].id, shelf[3].id]) == [done]
    assert store.exports.holding("anna", [shelf[3].id]) == []
    assert store.exports.holding("ben", [shelf[0].id]) == []


@pytest.mark.parametrize("format", FORMS)
def test_what_left_comes_in_again(
    exports: Exports, store: Store, tmp_path: Path, format: str
) -> None:
    hard = new_example(prompt=HARD.strip(), completion=HARD + "end", author=Author.PERSON)
    shelf = [store.examples.add(each) for each in (new_example(), replace(hard, genre=None))]
    several = len(FORMS[format].files) > 1
    out = tmp_path / ("out" if several else FORMS[format].files[0])
    exports.write("anna", format, out, EVERY)
    files = [out / name for name in FORMS[format].files] if several else [out]
    uploads = [Upload(each.name, each.read_bytes()) for each in files if each.suffix != ".json"]
    rows = [row for upload in check_files(uploads) for row in open_file(upload).rows]
    assert [row.problem for row in rows] == ["", ""]
    assert [(row.prompt, row.completion) for row in rows] == [
        (each.prompt, each.completion) for each in shelf
    ]
    if format in ("jsonl", "csv", "parquet"):
        assert [(row.genre, row.style, row.author, row.generator, row.group) for row in rows] == [
            (each.genre or "", each.style, each.author, each.generator, each.split_group)
            for each in shelf
        ]
