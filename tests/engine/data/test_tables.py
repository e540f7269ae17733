"""Files of rows: tables, columns, and two files that belong together; a broken row is one row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO

import pytest

from engine.data.readers import Upload, check_files, open_file
from engine.data.tables import Record
from engine.errors import InvalidInput, UnreadableFile
from tests.engine.data.takings import rows_of
from tests.mixed_files import table

RNG = random.Random(3)


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8-sig")],
)
def test_tables_are_read_whatever_parts_their_columns(delimiter: str, encoding: str) -> None:
    data = table(RNG, 20_000, delimiter=delimiter, encoding=encoding)
    rows = rows_of("rows.csv", data)
    assert len(rows) == 20
    assert [row.number for row in rows if row.problem] == [4]
    assert all(row.prompt.startswith("Write of ") for row in rows if not row.problem)


@pytest.mark.parametrize("length", [10, 250_000])
@pytest.mark.parametrize("after", ["e,f", 'e,"f"', 'e,"f\nand g"'])
def test_a_quotation_mark_that_is_never_closed_is_one_refused_row(length: int, after: str) -> None:
    text = f'prompt,completion\na,b\nc,"{"d" * length}\n{after}\n\ng,h'
    rows = rows_of("rows.csv", text)
    told = after.removeprefix("e,").strip('"')
    assert [(row.prompt, row.completion) for row in rows] == [
        ("a", "b"), ("", ""), ("e", told), ("g", "h"),
    ]  # fmt: skip
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert "no row of a table" in rows[1].problem


def test_a_row_with_more_cells_than_names_is_refused_and_empty_cells_are_none() -> None:
    rows = rows_of("rows.csv", "prompt,completion\na,She came, and went\nc,d,,\ne\n")
    assert [row.problem for row in rows] == [
        "it has 3 cells under 2 names",
        "",
        "its text is empty",
    ]
    assert rows[1].completion == "d"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x" * 250_000, "no rows"),
        ('"prompt,completion\na,b\n', "first row is no row"),
        ('"prompt" x,y\na,b\n', "first row is no row"),
        ("\na,b\n", "does not name columns"),
    ],
)
def test_a_table_without_a_head_is_named(text: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        rows_of("rows.csv", text)


def parquet_of(columns: dict[str, object], spoil: bytes = b"") -> bytes:
    """A Parquet file, not compressed; two bytes at the first place of `spoil` are no UTF-8."""
    import pyarrow
    import pyarrow.parquet

    file = BytesIO()
    table = pyarrow.table(columns)
    pyarrow.parquet.write_table(table, file, compression=None, use_dictionary=False)
    data = bytearray(file.getvalue())
    if spoil:
        at = data.index(spoil)
        data[at : at + 2] = b"\xff\xfe"
    return bytes(data)


def test_a_damaged_row_of_a_parquet_file_is_refused_and_the_rest_goes_on() -> None:
    texts = [f"saw {number:04} ships pass." for number in range(20)]
    data = parquet_of({"prompt": [f"p{n}" for n in range(20)], "completion": texts}, b"0007 ships")
    rows = rows_of("rows.parquet", data)
    assert [row.problem for row in rows if row.problem] == ["it is damaged"]
    assert [row.completion for row in rows if not row.problem] == texts[:7] + texts[8:]


def test_columns_of_bytes_are_text_where_they_hold_text() -> None:
    data = parquet_of({"prompt": [b"Ask", b"Ask"], "completion": ["Überfahrt".encode(), b"\xff"]})
    whole, spoiled = rows_of("rows.parquet", data)
    assert (whole.prompt, whole.completion) == ("Ask", "Überfahrt")
    assert spoiled.problem == "it holds bytes that are no text"


def test_whatever_a_reader_stumbles_over_is_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_reader(name: str, data: bytes) -> Iterator[Record]:
        yield Record(1, {"prompt": "Ask", "completion": "Told"})
        raise KeyError("a reader's own")

    monkeypatch.setattr("engine.data.readers.parquet_records", broken_reader)
    rows = open_file(Upload("rows.parquet", b"x")).rows
    assert next(rows).completion == "Told"
    with pytest.raises(UnreadableFile, match=r"rows\.parquet.* it is damaged"):
        next(rows)


def test_source_and_target_are_one_file_of_pairs() -> None:
    source, target = b"Ask\nAgain \\\\ more\nAlone\n", b"Told\\nmore\nOnce\n"
    (pair,) = check_files([Upload("target.txt", target), Upload("source.txt", source)])
    rows = list(open_file(pair).rows)
    assert [(row.prompt, row.completion) for row in rows[:2]] == [
        ("Ask", "Told\nmore"),
        ("Again \\ more", "Once"),
    ]
    assert "target file has no such line" in rows[2].problem


def test_backslashes_of_other_programs_are_taken_for_themselves() -> None:
    source = rb"Explain C:\new\table" + b"\n"
    (pair,) = check_files([Upload("source.txt", source), Upload("target.txt", rb"A \nu\r")])
    (row,) = open_file(pair).rows
    assert (row.prompt, row.completion) == (r"Explain C:\new\table", r"A \nu\r")


def test_pairs_are_told_by_their_folders_whatever_the_case_of_their_names() -> None:
    files = [
        Upload(f"{folder}/{name}", f"{folder} {name}".encode())
        for folder in ("a", "b")
        for name in ("Source.TXT", "target.txt")
    ]
    found = check_files([*files, Upload("c/source.txt", b"alone")])
    assert [(each.data, each.target) for each in found] == [
        (b"a Source.TXT", b"a target.txt"),
        (b"b Source.TXT", b"b target.txt"),
        (b"alone", None),
    ]
    assert [each.name for each in found] == [*["source.txt + target.txt"] * 2, "source.txt"]
    with pytest.raises(InvalidInput, match="which belong together"):
        check_files([Upload(file.name.partition("/")[2], file.data) for file in files])
