"""Benchmarks: JSONL files of prompts that a user adds to measure models by.

One JSON object a line: `prompt`, and where they are known `reference` (a good answer), `label` (the one
right answer), `kind` and `genre`. A file with a broken line is refused as a whole, and every such line is
named, so that a figure never rests on fewer rows than its owner thinks. Training leaves out what repeats a
benchmark: engine/data/held_out.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from engine.data.held_out import Row
from engine.data.rows import check_texts
from engine.domain.benchmark import Benchmark, BenchmarkRow
from engine.domain.decontamination import HeldOut
from engine.errors import InvalidInput
from engine.evaluation.figures import MOST_GENRES
from engine.kinds import Kinds
from engine.kinds.catalog import check_category
from engine.store import Store
from engine.writing.begin import MOST_CHARACTERS

MOST_ROWS = 2_000
MOST_BYTES = 10_000_000
MOST_BENCHMARKS = 50
NAMED = 10  # so many broken lines are told in full
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
# Fields of a row, and of how many characters they may be.
MOST = {"prompt": MOST_CHARACTERS, "reference": 20_000, "label": 200, "genre": 40, "kind": 40}


class Benchmarks:
    """All verbs. Every set belongs to one user, and no verb reaches another's."""

    def __init__(self, store: Store, kinds: Kinds) -> None:
        self._store = store
        self._kinds = kinds

    def all(self, user_id: str) -> list[Benchmark]:
        """The user's sets, by name."""
        return self._store.benchmarks.list(user_id)

    def get(self, user_id: str, name: str) -> Benchmark:
        """One set. Raises `NotFound`."""
        return self._store.benchmarks.get(user_id, name)

    def rows(self, user_id: str, name: str) -> Sequence[BenchmarkRow]:
        """What a set asks; without rows whose words were erased. Raises `NotFound`."""
        return self._store.benchmarks.rows(user_id, name)

    def add(self, user_id: str, name: str, data: bytes) -> Benchmark:
        """A new set from a file's content. Raises `InvalidInput`, naming the lines that are broken."""
        if not NAME.fullmatch(name):
            raise InvalidInput("name", f"must be letters, digits, - or _, at most 60, got {name!r}")
        rows = read_rows(data, self._kinds)
        if len(self.all(user_id)) >= MOST_BENCHMARKS:
            raise InvalidInput("name", f"is one too many: {MOST_BENCHMARKS} are kept, remove one")
        return self._store.benchmarks.add(user_id, name, rows)

    def remove(self, user_id: str, name: str) -> None:
        """Forget a set and what was measured on it. Raises `NotFound`."""
        self._store.benchmarks.remove(user_id, name)

    def held_out(self, user_id: str) -> list[Row]:
        """Every row of every set of the user, as training is compared with them."""
        return [
            _held_out(f"benchmark {each.name}, row {place}", row)
            for each in self.all(user_id)
            for place, row in enumerate(self.rows(user_id, each.name), start=1)
        ]


def read_rows(data: bytes, kinds: Kinds) -> list[BenchmarkRow]:
    """The rows of a JSONL file. Raises `InvalidInput`, naming the lines that are broken."""
    if len(data) > MOST_BYTES:
        raise InvalidInput("file", f"has {len(data):,} bytes, at most {MOST_BYTES:,} fit")
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        broken = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput("file", f"is not UTF-8 text: see line {broken}") from None
    rows, problems = [], []
    genres: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _row(line, kinds)
            rows.append(row)
            _count_genre(genres, row.genre)
        except InvalidInput as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise InvalidInput("file", f"is not a benchmark: {told(problems)}. Nothing was added")
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InvalidInput("file", f"must have 1 to {MOST_ROWS:,} rows, got {len(rows):,}")
    return rows


def told(problems: Sequence[str]) -> str:
    """The first of these, and how many more there are."""
    more = len(problems) - NAMED
    return "; ".join(problems[:NAMED]) + (f"; and {more:,} more lines" if more > 0 else "")


def _row(line: str, kinds: Kinds) -> BenchmarkRow:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise InvalidInput("the line", "is no JSON object")
    given = {name: _text(name, value) for name, value in data.items() if value is not None}
    if "prompt" not in given:
        raise InvalidInput("prompt", "is missing")
    row = BenchmarkRow(**given)
    if row.kind is not None:
        check_category(kinds.get(row.kind), row.genre)
    return row


def _count_genre(genres: set[str], genre: str | None) -> None:
    if genre is None or genre in genres:
        return
    if len(genres) == MOST_GENRES:
        raise InvalidInput("genre", f"{genre} is one too many: {MOST_GENRES} fit into a benchmark")
    genres.add(genre)


def _text(name: str, value: Any) -> str:
    if name not in MOST:
        raise InvalidInput(name[:40], f"is unknown: a row has {', '.join(MOST)}")
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(name, "must be text that is not empty")
    try:
        check_texts(value)
    except ValueError as error:
        raise InvalidInput(name, f"cannot be kept: {error}") from None
    if len(value) > MOST[name]:
        raise InvalidInput(name, f"has {len(value):,} characters, at most {MOST[name]:,} fit")
    return value.strip()


def _held_out(name: str, row: BenchmarkRow) -> Row:
    return Row(name, row.prompt, row.reference or row.label or "", name, HeldOut.BENCHMARK)
