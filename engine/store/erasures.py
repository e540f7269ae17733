"""Erasures: taking words out of every row in one transaction, and the record that it was done.

What lies outside the database (files, the memory's index) is not here: an erasure without
`finished_at` still has some of it to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, exists, insert, or_, select, update

from engine.domain.erasure import PREFERRED, Erasure, Noun
from engine.domain.job import JobState
from engine.domain.version import Student
from engine.store.activations import (
    active_id,
    learned_erased,
    record_activation,
    sound_id_before,
)
from engine.store.benchmarks import forget_benchmarks
from engine.store.database import Database
from engine.store.frozen_preferences import listing
from engine.store.rows import check_limit, find, now, require_user
from engine.store.tables import (
    comparisons,
    decisions,
    drafts,
    erasures,
    evaluations,
    examples,
    jobs,
    runs,
    samples,
    snapshot_rows,
    snapshots,
    stories,
    versions,
)
from engine.store.texts import ERASED, HOLDERS, blank
from engine.store.votes import forget_answers

_IDS_PER_QUERY = 1000
# Whose rows keep their place and lose their words here.
_BLANKED = tuple(holder.noun for holder in HOLDERS if holder.erased)


class Erasures:
    """Lists are newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def erase(
        self, erasure_id: str, user_id: str, chosen: str, reached: Mapping[str, Sequence[str]]
    ) -> Erasure:
        """Take the words out of every row that is reached, quarantine what learned from them, let a
        clean version answer, stop trainings on them, and write the record: all or nothing.

        `reached` holds ids by noun; snapshots that were frozen since with one of its examples or
        preferences join it. Done once: again, it gives the record that is there. Raises NotFound.
        """
        with self._database.write() as connection:
            require_user(connection, user_id, lock=True)
            there = select(erasures).where(erasures.c.id == erasure_id)
            if connection.execute(there).first() is None:
                at = now()
                erased = reached.get(Noun.EXAMPLE.value, ())
                read = [id for noun in PREFERRED for id in reached.get(noun.value, ())]
                frozen = [
                    *reached.get(Noun.SNAPSHOT.value, ()),
                    *_holding(connection, user_id, erased),
                    *(each.snapshot_id for each in listing(connection, user_id, [*erased, *read])),
                ]
                if frozen:
                    reached = {**reached, Noun.SNAPSHOT.value: list(dict.fromkeys(frozen))}
                for noun in _BLANKED:
                    blank(connection, user_id, noun, reached.get(noun.value, ()))
                forget_benchmarks(connection, user_id, reached.get(Noun.BENCHMARK.value, ()))
                _mark_examples(connection, user_id, erased, at)
                _to_the_trash(connection, user_id, reached.get(Noun.STORY.value, ()), at)
                _quarantine(connection, user_id, reached.get(Noun.SNAPSHOT.value, ()), at)
                values = {
                    "id": erasure_id,
                    "user_id": user_id,
                    "created_at": at,
                    "chosen": chosen,
                    "reached": {noun: list(ids) for noun, ids in reached.items()},
                    "finished_at": None,
                }
                connection.execute(insert(erasures).values(values))
            row = find(connection, erasures, "erasure", erasure_id, user_id=user_id)
            return _erasure(row)

    def get(self, user_id: str, erasure_id: str) -> Erasure:
        """One record. Raises NotFound."""
        with self._database.read() as connection:
            return _erasure(find(connection, erasures, "erasure", erasure_id, user_id=user_id))

    def unfinished(self) -> Sequence[Erasure]:
        """Everybody's erasures that still have files to delete, oldest first."""
        query = select(erasures).where(erasures.c.finished_at.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(erasures.c.created_at)).mappings()
            return [_erasure(row) for row in rows]

    def finish(self, erasure_id: str) -> None:
        """Note that nothing is left. Raises NotFound."""
        with self._database.write() as connection:
            find(connection, erasures, "erasure", erasure_id)
            done = update(erasures).where(erasures.c.id == erasure_id)
            connection.execute(done.values(finished_at=now()))

    def list(self, user_id: str, *, limit: int = 100, offset: int = 0) -> list[Erasure]:
        """The user's records. Raises InvalidInput."""
        check_limit(limit, offset)
        query = (
            select(erasures)
            .where(erasures.c.user_id == user_id)
            .order_by(erasures.c.created_at.desc(), erasures.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [_erasure(row) for row in rows]


def _holding(connection: Connection, user_id: str, ids: Sequence[str]) -> list[str]:
    """Snapshots of the user that hold one of these examples."""
    theirs = select(snapshots.c.id).where(snapshots.c.user_id == user_id)
    found: list[str] = []
    for start in range(0, len(ids), _IDS_PER_QUERY):
        some = snapshot_rows.c.example_id.in_(ids[start : start + _IDS_PER_QUERY])
        query = select(snapshot_rows.c.snapshot_id).where(
            some, snapshot_rows.c.snapshot_id.in_(theirs)
        )
        found += connection.execute(query.distinct()).scalars()
    return found


def _mark_examples(connection: Connection, user_id: str, ids: Sequence[str], at: datetime) -> None:
    """No longer kept, and no fingerprint of the words is left in snapshots or reviews."""
    for start in range(0, len(ids), _IDS_PER_QUERY):
        some = examples.c.id.in_(ids[start : start + _IDS_PER_QUERY])
        mine = select(examples.c.id).where(examples.c.user_id == user_id, some)
        of_mine = snapshot_rows.c.example_id.in_(mine)
        connection.execute(update(snapshot_rows).where(of_mine).values(sha256=None))
        about = or_(decisions.c.example_id.in_(mine), decisions.c.result_id.in_(mine))
        connection.execute(update(decisions).where(about).values(note=""))
        connection.execute(
            update(examples).where(examples.c.user_id == user_id, some).values(erased_at=at)
        )


def _to_the_trash(connection: Connection, user_id: str, ids: Sequence[str], at: datetime) -> None:
    """A story without words is not for the shelf; one that lost its prompt alone stays there."""
    has_words = exists().where(drafts.c.story_id == stories.c.id, drafts.c.text != ERASED)
    for start in range(0, len(ids), _IDS_PER_QUERY):
        mine = stories.c.id.in_(ids[start : start + _IDS_PER_QUERY])
        connection.execute(
            update(stories)
            .where(stories.c.user_id == user_id, mine, stories.c.deleted_at.is_(None), ~has_words)
            .values(deleted_at=at)
        )


def _quarantine(connection: Connection, user_id: str, ids: Sequence[str], at: datetime) -> None:
    """Versions that learned from these snapshots answer no more; trainings on them are stopped."""
    for snapshot_id in ids:
        find(connection, snapshots, "snapshot", snapshot_id, user_id=user_id)
        on_it = select(runs.c.id).where(runs.c.snapshot_id == snapshot_id)
        over = [state.value for state in JobState if state.is_final]
        connection.execute(
            update(jobs)
            .where(jobs.c.id.in_(on_it), jobs.c.state.not_in(over))
            .values(cancel_requested=True)
        )
        # Their prompts are its texts, and their answers may hold what was learned.
        connection.execute(delete(samples).where(samples.c.run_id.in_(on_it)))
        of_it = versions.c.snapshot_id == snapshot_id
        # A T5 is compared on prompts of the set itself, also of its held-out part.
        t5s = select(versions.c.id).where(of_it, versions.c.student == Student.T5.value)
        connection.execute(delete(comparisons).where(comparisons.c.version_id.in_(t5s)))
        if learned_erased(connection, snapshot_id):
            # What it wrote may hold what it learned.
            theirs = select(versions.c.id).where(of_it)
            connection.execute(delete(comparisons).where(comparisons.c.version_id.in_(theirs)))
            connection.execute(delete(evaluations).where(evaluations.c.version_id.in_(theirs)))
            connection.execute(
                update(versions)
                .where(of_it, versions.c.quarantined_at.is_(None))
                .values(quarantined_at=at)
            )
    forget_answers(connection, user_id, at)
    for student in Student:
        active = active_id(connection, user_id, student)
        query = select(versions.c.quarantined_at).where(versions.c.id == active)
        if active is not None and connection.execute(query).scalar_one() is not None:
            before = sound_id_before(connection, user_id, student)
            record_activation(connection, user_id, student, before)


def _erasure(row: RowMapping) -> Erasure:
    values: dict[str, Any] = dict(row)
    reached = {noun: tuple(ids) for noun, ids in values["reached"].items()}
    return Erasure(**values | {"reached": reached})
