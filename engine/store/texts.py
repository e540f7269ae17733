"""Texts: in which columns people's words lie, and what is left of a row whose words are erased.

A test compares this with the tables: every column that can hold a text is named here, or is said to
hold none. So a new table cannot keep what an erasure would miss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, cast, select, update

from engine.domain.erasure import Noun
from engine.store.database import Database
from engine.store.tables import (
    benchmark_rows,
    benchmarks,
    decisions,
    drafts,
    examples,
    passages,
    rejected_candidates,
    remarks,
    stories,
    two_phase_inputs,
    two_phases,
    votes,
)

_PAGE = 1000
ERASED = "(erased)"
"""What people see on their shelf where a text was."""


@dataclass(frozen=True)
class Holder:
    """A table whose rows hold people's words: the columns that are searched, and what they and others
    become when a row is erased. `key` names a row, `owned` says which rows are a user's."""

    noun: Noun
    table: Table
    searched: tuple[str, ...]
    erased: Mapping[str, Any]
    owned: Callable[[str], ColumnElement[bool]]
    key: ColumnElement[str]


def _of_user(table: Table) -> Callable[[str], ColumnElement[bool]]:
    return lambda user_id: table.c.user_id == user_id


def _of_a_two_phase(user_id: str) -> ColumnElement[bool]:
    mine = select(two_phases.c.job_id).where(two_phases.c.user_id == user_id)
    return two_phase_inputs.c.job_id.in_(mine)


def _in_a_benchmark(user_id: str) -> ColumnElement[bool]:
    mine = select(benchmarks.c.id).where(benchmarks.c.user_id == user_id)
    return benchmark_rows.c.benchmark_id.in_(mine)


def _in_a_story(user_id: str) -> ColumnElement[bool]:
    return drafts.c.story_id.in_(select(stories.c.id).where(stories.c.user_id == user_id))


HOLDERS = (
    Holder(
        Noun.EXAMPLE,
        examples,
        ("completion", "prompt", "seed_prompt"),
        {
            "completion": "",
            "prompt": "",
            "seed_prompt": "",
            "split_group": "",
            "style": None,
            "variant": None,
            "reasons": [],
        },
        _of_user(examples),
        examples.c.id,
    ),
    Holder(
        Noun.DRAFT, drafts, ("text",), {"text": ERASED, "reasons": []}, _in_a_story, drafts.c.id
    ),
    Holder(
        Noun.STORY,
        stories,
        ("prompt", "style"),
        {"prompt": ERASED, "style": None},
        _of_user(stories),
        stories.c.id,
    ),
    # A forgotten passage leaves no row: the memory's own verb does it.
    Holder(
        Noun.PASSAGE,
        passages,
        ("text", "title", "source"),
        {},
        _of_user(passages),
        passages.c.id,
    ),
    Holder(
        Noun.CANDIDATE,
        rejected_candidates,
        ("completion", "prompt"),
        {"completion": "", "prompt": "", "reason": "", "reasons": []},
        _of_user(rejected_candidates),
        rejected_candidates.c.id,
    ),
    Holder(
        Noun.DECISION,
        decisions,
        ("note",),
        {"note": ""},
        _of_user(decisions),
        cast(decisions.c.id, String),
    ),
    Holder(
        Noun.INPUT,
        two_phase_inputs,
        ("prompt",),
        {"prompt": ERASED},
        _of_a_two_phase,
        two_phase_inputs.c.job_id + ":" + cast(two_phase_inputs.c.position, String),
    ),
    Holder(
        Noun.VOTE,
        votes,
        ("left_text", "right_text", "prompt", "style"),
        {"left_text": "", "right_text": "", "prompt": ERASED, "style": None},
        _of_user(votes),
        votes.c.id,
    ),
    Holder(Noun.REMARK, remarks, ("note",), {"note": ""}, _of_user(remarks), remarks.c.id),
    # A row without a prompt is asked no more.
    Holder(
        Noun.BENCHMARK,
        benchmark_rows,
        ("prompt", "reference", "label"),
        {"prompt": "", "reference": None, "label": None},
        _in_a_benchmark,
        benchmark_rows.c.benchmark_id + ":" + cast(benchmark_rows.c.position, String),
    ),
)


@dataclass(frozen=True)
class HeldText:
    """The words of one row; of an example its completion first."""

    noun: Noun
    id: str
    texts: tuple[str, ...]


class Texts:
    """Reads every text of a user, wherever it lies, in short transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, user_id: str, noun: Noun, after: str = "") -> list[HeldText]:
        """The next rows of a kind beyond the id `after`; empty at the end."""
        holder = holder_of(noun)
        columns = [holder.table.c[name] for name in holder.searched]
        query = (
            select(holder.key, *columns)
            .where(holder.owned(user_id), holder.key > after)
            .order_by(holder.key)
            .limit(_PAGE)
        )
        with self._database.read() as connection:
            return [_held(holder, tuple(row)) for row in connection.execute(query)]

    def of_ids(self, user_id: str, noun: Noun, ids: Sequence[str]) -> list[HeldText]:
        """The words of those of these rows that are there."""
        holder, found = holder_of(noun), []
        columns = [holder.table.c[name] for name in holder.searched]
        with self._database.read() as connection:
            for start in range(0, len(ids), _PAGE):
                chosen = holder.key.in_(ids[start : start + _PAGE])
                query = select(holder.key, *columns).where(holder.owned(user_id), chosen)
                found += [_held(holder, tuple(row)) for row in connection.execute(query)]
        return found


def holder_of(noun: Noun) -> Holder:
    return next(each for each in HOLDERS if each.noun is noun)


def _held(holder: Holder, row: Sequence[Any]) -> HeldText:
    return HeldText(holder.noun, row[0], tuple(text for text in row[1:] if text))


def blank(connection: Connection, user_id: str, noun: Noun, ids: Sequence[str]) -> None:
    """Take the words out of these rows, inside the caller's transaction; the rows stay."""
    holder = holder_of(noun)
    for start in range(0, len(ids), _PAGE):
        chosen = holder.key.in_(ids[start : start + _PAGE])
        connection.execute(
            update(holder.table).where(holder.owned(user_id), chosen).values(**holder.erased)
        )
