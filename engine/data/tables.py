"""Files of rows as records: JSON lines, CSV, Parquet, and two files that belong together line by line.

A record is the fields of one row, or says what is wrong with it. The next ones are read all the same.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Any

from engine.data.export import from_one_line
from engine.errors import UnreadableFile

# A quotation mark that is never closed takes in all that follows, up to so many characters.
CELL_CHARACTERS = 200_000
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
    reader = csv.DictReader(StringIO(text, newline=""), dialect=dialect, doublequote=True)
    if not reader.fieldnames:
        raise UnreadableFile(name, "its first row does not name columns")
    number = 0
    while True:
        number += 1
        try:
            yield Record(number, {str(key).strip(): value for key, value in next(reader).items()})
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(number, problem=f"it is no row of a table ({shown(error)})")


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
            for fields in batch.to_pylist():
                number += 1
                yield Record(number, fields)
    except (ArrowException, OSError) as error:
        raise UnreadableFile(name, "it is damaged, locked, or no Parquet file") from error


def paired_records(source: str, target: str) -> Iterator[Record]:
    """A record for each line of the two, as the studio's own export writes them."""
    lines = zip_longest(source.rstrip("\n").split("\n"), target.rstrip("\n").split("\n"))
    for number, (asked, answered) in enumerate(lines, 1):
        if asked is None or answered is None:
            missing = "source" if asked is None else "target"
            yield Record(number, problem=f"the {missing} file has no such line")
        else:
            pair = {"prompt": from_one_line(asked), "completion": from_one_line(answered)}
            yield Record(number, pair)


def shown(error: Exception) -> str:
    """An error in a few words."""
    return str(error)[:80] or type(error).__name__
