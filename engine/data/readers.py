"""Files as they come in from outside, and the rows each of them gives.

Which kind a file is, its name says; no name is ever used as a path. Rows come one after the other, the
same ones in the same order each time, so that an import that was cut off goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePath

from engine.data.documents import ENDINGS as PROSE_ENDINGS
from engine.data.documents import file_name, read_document
from engine.data.encoding import decode
from engine.data.passages import LEAST_WORDS, placed_passages
from engine.data.rows import Row, row_of_passage, row_of_record
from engine.data.tables import csv_records, json_records, paired_records, parquet_records
from engine.errors import EngineError, InvalidInput, UnreadableFile

log = logging.getLogger(__name__)

MOST_FILES = 100
MOST_MB = 50
MOST_ROWS = 200_000
ROW_ENDINGS = (".jsonl", ".csv", ".parquet")
ENDINGS = (*PROSE_ENDINGS, *ROW_ENDINGS)
SOURCE, TARGET = "source.txt", "target.txt"


@dataclass(frozen=True)
class Upload:
    """A file by its name. Of a pair of files `target` is the second one, that holds the texts."""

    name: str
    data: bytes
    target: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data) + len(self.target or b"")


@dataclass(frozen=True)
class Opened:
    """A file that can be read. `kind` is its ending, or `pair`."""

    kind: str
    encoding: str
    rows: Iterator[Row]

    @property
    def is_prose(self) -> bool:
        """Whether its rows are passages of a text, and not rows as somebody made them."""
        return self.kind in PROSE_ENDINGS


def check_files(files: Sequence[Upload]) -> list[Upload]:
    """The files of one import, `source.txt` and `target.txt` of a folder as one. Raises `InvalidInput`."""
    if not files:
        raise InvalidInput("files", "are missing: choose at least one")
    if len(files) > MOST_FILES:
        raise InvalidInput("files", f"are {len(files)}, at most {MOST_FILES} fit in one import")
    size = sum(file.size for file in files)
    if size > MOST_MB * 1_000_000:
        raise InvalidInput(
            "files", f"have {size / 1e6:,.1f} MB together, at most {MOST_MB} fit in one import"
        )
    halves: dict[str, list[Upload]] = {}
    for file in files:
        halves.setdefault(_place(file), []).append(file)
    found = []
    for file in files:
        folder, _, name = _place(file).rpartition("/")
        sources, targets = (halves.get(f"{folder}/{each}", []) for each in (SOURCE, TARGET))
        if name not in (SOURCE, TARGET) or not (sources and targets):
            found.append(Upload(file_name(file.name), file.data, file.target))
        elif len(sources) > 1 or len(targets) > 1:
            why = f"hold several {SOURCE} or {TARGET}, and not which belong together: take in one pair"
            raise InvalidInput("files", f"{why} after the other")
        elif name == SOURCE:
            found.append(Upload(f"{SOURCE} + {TARGET}", file.data, targets[0].data))
    return found


def _place(file: Upload) -> str:
    """Where a file lay, in small letters: what tells which two belong together."""
    return f"/{file.name}".replace("\\", "/").lower()


def open_file(file: Upload) -> Opened:
    """The rows of a file. Raises `UnreadableFile`; iterating over rows may, too."""
    with _named(file.name):
        opened = _opened(file)
    return replace(opened, rows=_read(file.name, opened.rows))


def _opened(file: Upload) -> Opened:
    if file.target is not None:
        source, target = decode(SOURCE, file.data), decode(TARGET, file.target)
        rows = map(row_of_record, paired_records(source.text, target.text))
        return Opened("pair", source.encoding, rows)
    ending = PurePath(file.name).suffix.lower()
    if ending not in ENDINGS:
        raise UnreadableFile(file.name, f"only {', '.join(ENDINGS)} are read")
    if not file.data:
        raise UnreadableFile(file.name, "it is empty")
    if ending in PROSE_ENDINGS:
        found = read_document(file.name, file.data, max_mb=MOST_MB)
        return Opened(ending, found.encoding, _passages(file.name, found.text))
    if ending == ".parquet":
        records = parquet_records(file.name, file.data)
        return Opened(ending, "", _limited(file.name, map(row_of_record, records)))
    text, encoding = decode(file.name, file.data)
    records = json_records(text) if ending == ".jsonl" else csv_records(file.name, text)
    return Opened(ending, encoding, _limited(file.name, map(row_of_record, records)))


def _read(name: str, rows: Iterator[Row]) -> Iterator[Row]:
    with _named(name):
        yield from rows


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Readers break in ways of their own, which nobody can list: what they stumble over is damaged."""
    try:
        yield
    except (EngineError, MemoryError):
        raise
    except Exception as error:
        log.warning("a file was left as damaged: %s", type(error).__name__)  # its words are private
        raise UnreadableFile(name, "it is damaged") from error


def _passages(name: str, text: str) -> Iterator[Row]:
    placed = placed_passages(name, text)
    if not placed:
        words = len(text.split())
        why = f"its {words:,} words are too few: a passage has at least {LEAST_WORDS}"
        raise UnreadableFile(name, why)
    yield from (row_of_passage(number, each) for number, each in enumerate(placed, 1))


def _limited(name: str, rows: Iterator[Row]) -> Iterator[Row]:
    """The same rows. Raises `UnreadableFile` for a file without any, and beyond MOST_ROWS."""
    count = 0
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            why = f"it has more than {MOST_ROWS:,} rows: split it, the rest was left out"
            raise UnreadableFile(name, why)
        yield row
    if not count:
        raise UnreadableFile(name, "there are no rows in it")
