"""Files of rows as records: JSON lines, CSV, Parquet, and two files that belong together line by line.

A record is the fields of one row, or says what is wrong with it. The next ones are read all the same.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Any

from engine.data.export import from_one_line, is_escaped
from engine.errors import UnreadableFile

# No file is so long: a cell that never ends is told by the file's end, or by the next quotation mark.
CELL_CHARACTERS = 1_000_000_000
PARQUET_BATCH = 64
# A Parquet file is compressed: a small one may hold very much.
MAX_UNPACKED_MB = 200
DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Record:
    """`number` counts the rows of a file from 1; in JSON lines it is the line's."""

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def json_records(text: str) -> Iterator[Record]:
    """One record a line; empty lines are none."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Record(number, problem=f"it is no JSON ({shown(error)})")
            else:
                is_object = isinstance(found, dict)
                yield (
                    Record(number, found)
                    if is_object
                    else Record(number, problem="it is no object")
                )


def csv_records(name: str, text: str) -> Iterator[Record]:
    """One record a row, by the names of the first. Raises `UnreadableFile` where that is missing."""
    csv.field_size_limit(CELL_CHARACTERS)
    head = text[:20_000]
    try:
        dialect: Any = csv.Sniffer().sniff(head.split("\n", 1)[0], DELIMITERS)
    except csv.Error:  # one column only
        dialect = csv.excel
    rows = table_rows(list(StringIO(text, newline="")), dialect)
    head_row = next(rows, [])
    if isinstance(head_row, csv.Error):
        raise UnreadableFile(name, f"its first row is no row of a table ({shown(head_row)})")
    columns = [each.strip() for each in head_row]
    if not any(columns):
        raise UnreadableFile(name, "its first row does not name columns")
    for number, row in enumerate((each for each in rows if each != []), 1):
        if isinstance(row, csv.Error):
            yield Record(number, problem=f"it is no row of a table ({shown(row)})")
        elif any(row[len(columns) :]):
            yield Record(number, problem=f"it has {len(row)} cells under {len(columns)} names")
        else:
            yield Record(number, dict(zip_longest(columns, row[: len(columns)], fillvalue="")))


def table_rows(lines: Sequence[str], dialect: Any) -> Iterator[list[str] | csv.Error]:
    """The cells of each row, or what is wrong with it. After a broken row the next one begins at the line
    that follows its first: a quotation mark that is never closed must not take in other rows."""
    at = 0
    while at < len(lines):
        first, left = at, map(lines.__getitem__, range(at, len(lines)))
        reader = csv.reader(left, dialect, doublequote=True, strict=True)
        try:
            for cells in reader:
                at = first + reader.line_num
                yield cells
        except csv.Error as error:
            at += 1
            yield error


def parquet_records(name: str, data: bytes) -> Iterator[Record]:
    """One record a row. Raises `UnreadableFile`."""
    # Imported here: it takes a moment, which only Parquet files need.
    import pyarrow.parquet
    from pyarrow import ArrowException

    number = 0
    try:
        file = pyarrow.parquet.ParquetFile(BytesIO(data))
        groups = range(file.metadata.num_row_groups)
        unpacked = sum(file.metadata.row_group(group).total_byte_size for group in groups)
        if unpacked > MAX_UNPACKED_MB * 1_000_000:
            raise UnreadableFile(name, f"it unpacks to more than {MAX_UNPACKED_MB} MB")
        for batch in file.iter_batches(PARQUET_BATCH):
            for fields in batch_rows(batch):
                number += 1
                yield Record(number, fields or {}, "it is damaged" if fields is None else "")
    except (ArrowException, OSError, ValueError) as error:
        raise UnreadableFile(name, "it is damaged, locked, or no Parquet file") from error


def batch_rows(batch: Any) -> list[dict[str, Any] | None]:
    """The rows of a batch; None for one whose bytes are no text."""
    try:
        found: list[dict[str, Any] | None] = batch.to_pylist()
    except ValueError:
        if batch.num_rows == 1:
            return [None]
        return [row for at in range(batch.num_rows) for row in batch_rows(batch.slice(at, 1))]
    return found


def paired_records(source: str, target: str) -> Iterator[Record]:
    """A record for each line of the two. Where all backslashes are such as the studio's own export writes
    they are read so; else each is taken for itself."""
    told = from_one_line if is_escaped(source) and is_escaped(target) else str
    lines = zip_longest(source.rstrip("\n").split("\n"), target.rstrip("\n").split("\n"))
    for number, (asked, answered) in enumerate(lines, 1):
        if asked is None or answered is None:
            missing = "source" if asked is None else "target"
            yield Record(number, problem=f"the {missing} file has no such line")
        else:
            yield Record(number, {"prompt": told(asked), "completion": told(answered)})


def shown(error: Exception) -> str:
    """An error in a few words."""
    return str(error)[:80] or type(error).__name__
