"""Erasing: the words out of the database in one transaction, then out of everything beside it.

A kill at any moment loses nothing of the plan: before the transaction nothing happened, and after it
its record says what is still to do. Whoever comes next does it: the next erasure, or the worker.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from engine.data.laid_down import sweep
from engine.domain.erasure import Erasure, ErasurePlan, Noun
from engine.domain.run import Run
from engine.errors import ErasureChanged, InvalidInput
from engine.lineage.files import delete, export_files, redact, training_folders
from engine.lineage.matching import Wanted
from engine.lineage.reach import plan_erasure
from engine.memory import Memory
from engine.store import Store

log = logging.getLogger(__name__)


def erase(store: Store, memory: Memory, home: Path, plan: ErasurePlan) -> Erasure:
    """Do what the plan says, once. Raises InvalidInput for a plan that reaches nothing, and
    ErasureChanged when more than what it lists holds the text by now."""
    done = {each.id for each in store.erasures.list(plan.user_id)}
    if plan.id not in done:
        check_still_true(store, home, plan)
        redact(home, wanted_of(store, plan))  # while the words are there to compare with
        nouns = {each.noun for each in plan.reached}
        reached = {noun.value: plan.ids(noun) for noun in nouns}
        store.erasures.erase(plan.id, plan.user_id, plan.selection.said, reached)
    finish_all(store, memory, home)
    return store.erasures.get(plan.user_id, plan.id)


def check_still_true(store: Store, home: Path, plan: ErasurePlan) -> None:
    """Raise unless everything that holds the text now is in the plan."""
    if plan.is_empty:
        raise InvalidInput("selection", "reaches nothing: no text of yours holds it")
    now = plan_erasure(store, home, plan.user_id, plan.selection)
    known = {(each.noun, each.id) for each in plan.reached}
    if more := sum((each.noun, each.id) not in known for each in now.reached):
        raise ErasureChanged(more)


def wanted_of(store: Store, plan: ErasurePlan) -> Wanted:
    """The words that go, as logs may hold them."""
    examples = store.examples.of_ids(plan.user_id, plan.ids(Noun.EXAMPLE))
    return Wanted(plan.selection.phrase, [example.completion for example in examples])


def finish_all(store: Store, memory: Memory, home: Path) -> int:
    """Do what erasures have left to do beside the database; how many are unfinished still.

    One waits for a training that is being stopped: it may still write down what it was given.
    """
    left = 0
    for erasure in store.erasures.unfinished():
        runs = runs_of(store, erasure)
        waiting = [run.id for run in runs if not store.jobs.get(run.id).state.is_final]
        forget(memory, store, erasure)
        delete_files(store, home, erasure, runs)
        if waiting:
            left += 1
            continue
        store.database.scrub()
        store.erasures.finish(erasure.id)
        log.info("erasure %s is finished", erasure.id)
    return left


def runs_of(store: Store, erasure: Erasure) -> list[Run]:
    """Trainings on the training sets that were reached, also those begun since the plan was made."""
    snapshots = erasure.ids(Noun.SNAPSHOT)
    return [run for run in store.runs.list(erasure.user_id) if run.snapshot_id in snapshots]


def forget(memory: Memory, store: Store, erasure: Erasure) -> None:
    """The memory's passages, those that are still there."""
    there = store.passages.of_ids(erasure.user_id, erasure.ids(Noun.PASSAGE))
    memory.forget(erasure.user_id, [passage.id for passage in there])


def delete_files(store: Store, home: Path, erasure: Erasure, runs: Sequence[Run]) -> None:
    """Folders of trainings, adapters of quarantined versions, exports where they were written, and
    files of imports that have ended."""
    sweep(home, store)
    versions = store.versions.list(erasure.user_id)
    quarantined = [version.run_id for version in versions if version.quarantined_at]
    exports = store.exports.holding(erasure.user_id, erasure.ids(Noun.EXAMPLE))
    for path in [*training_folders(home, runs, quarantined), *export_files(exports)[0]]:
        delete(path)
