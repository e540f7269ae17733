"""One training from the click to the registered version. Each stage may be repeated after a kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from engine.cancelling import unless_cancelled
from engine.data.training_set import Rules, training_set
from engine.domain.example import Example
from engine.domain.recipe import Recipe
from engine.domain.run import Run
from engine.domain.snapshot import Snapshot, Split
from engine.domain.version import Student, Version
from engine.errors import InvalidInput, NotEnoughExamples, SnapshotErased
from engine.kinds import open_kinds
from engine.registry.register import register
from engine.store import Store
from engine.training.carry_over import as_begun, carry_over
from engine.training.config import TrainingConfig
from engine.training.limits import place_checkpoints
from engine.training.pace import pace_of
from engine.training.parent import train_in_child, with_batch
from engine.training.preference_set import (
    WITHOUT_PREFERENCES,
    describe_preferences,
    freeze_preferences,
    said_of,
)
from engine.training.process import TrainingProcess
from engine.training.rows import check_rows
from engine.training.split import row_sha256, snapshot_sha256, split_examples
from engine.training.trainers import TRAINERS
from models.catalog import BaseModel, check_memory
from models.gguf import GgufIdentity


@dataclass(frozen=True)
class Base:
    """The base model of a training: its row, its folder of safetensors, its served file's identity."""

    model: BaseModel
    folder: Path
    identity: GgufIdentity


def take_snapshot(
    store: Store,
    user_id: str,
    *,
    threshold: float,
    min_examples: int,
    split: Callable[[list[Example]], list[tuple[str, Split]]] = split_examples,
    rules: Rules | None = None,
    which: Callable[[Example], bool] = lambda example: True,
    cancelled: Callable[[], bool] = lambda: False,
) -> Snapshot:
    """Freeze everything trainable now, or `which` of it, but for what repeats held-out rows;
    variants join.

    Raises `NotEnoughExamples`, and what `training_set` raises.
    """
    trainable = store.examples.trainable(user_id, threshold=threshold)
    examples = [each for each in trainable if which(each)]
    if len(examples) < min_examples:
        raise NotEnoughExamples(len(examples), min_examples)
    variants = store.variants.usable(user_id)
    choosing = partial(training_set, examples, split(examples), variants)
    chosen = unless_cancelled(
        partial(choosing, rules=rules or Rules(), cancelled=cancelled), cancelled
    )
    rows = list(chosen.rows)
    hashes = [row_sha256(each, part) for each, (_, part) in zip(chosen.examples, rows, strict=True)]
    return store.snapshots.create(
        user_id,
        rows,
        snapshot_sha256(chosen.examples, rows),
        hashes,
        left_out=chosen.report,
        variants=chosen.variants,
    )


def check_whole(store: Store, snapshot: Snapshot) -> None:
    """Raise `SnapshotErased` when texts of the snapshot were erased since it was frozen."""
    examples = store.examples.of_ids(snapshot.user_id, [row[0] for row in snapshot.rows])
    if erased := sum(example.erased_at is not None for example in examples):
        raise SnapshotErased(erased)


def run_training(
    store: Store,
    home: Path,
    run_id: str,
    user_id: str,
    *,
    config: TrainingConfig,
    threshold: float,
    min_examples: int,
    load_base: Callable[[], Base],
    cancelled: Callable[[], bool],
    snapshot_id: str | None = None,
    which: Callable[[Example], bool] = lambda example: True,
    split: Callable[[list[Example]], list[tuple[str, Split]]] | None = None,
    rules: Rules | None = None,
    checkpoints: Path | None = None,
    resumes: str | None = None,
    fork: bool = False,
    stop_asked: Callable[[], bool] = lambda: False,
    process: TrainingProcess | None = None,
) -> Version:
    """Train a student on all that is trainable (`which` of it), or a snapshot; `run_id` is the job's.

    Checkpoints lie in the run's folder, or below `checkpoints`. Called again after a kill it goes on: same
    snapshot, newest whole checkpoint, finished result. `resumes` is an earlier run to go on from, with
    `fork` in another environment, too; `stop_asked` ends the training with its best weights so far;
    `process` may be warm from an earlier training.
    Raises NotEnoughExamples, SnapshotErased, DoesNotFit, Cancelled, TrainingFailed, ConversionFailed,
    and what is in errors.py.
    """
    recipe, load_base = config.recipe, cache(load_base)
    share = config.training_data.validation_split
    run = next((run for run in store.runs.list(user_id) if run.id == run_id), None)
    chosen = run.snapshot_id if run else snapshot_id
    if chosen is None:
        store.jobs.progress(run_id, stage="Freezing the training set")
        if config.learns is not None:
            snapshot = freeze_preferences(
                store,
                user_id,
                open_kinds(home),
                learns=config.learns,
                least=config.least_preferences,
                base_sha256=load_base().identity.sha256,
                threshold=threshold,
                min_examples=min_examples,
                validation_share=share,
                rules=rules or Rules(),
                cancelled=cancelled,
            )
        else:
            snapshot = take_snapshot(
                store,
                user_id,
                threshold=threshold,
                min_examples=min_examples,
                split=split or partial(split_examples, validation_share=share),
                rules=rules,
                which=which,
                cancelled=cancelled,
            )
    else:
        snapshot = store.snapshots.get(user_id, chosen)
        check_whole(store, snapshot)
    preferences = snapshot.preferences if config.learns is not None else None
    if config.learns is not None and preferences is None:
        raise InvalidInput("snapshot_id", WITHOUT_PREFERENCES)
    learned = preferences or snapshot
    check_rows({part: (learned if part is Split.TRAIN else snapshot).count(part) for part in Split})
    store.jobs.progress(run_id, stage="Preparing the base model")
    base = load_base()
    check_memory(base.model, "train", held_mb=process.held_mb() if process else 0)
    earlier = store.runs.get(resumes) if resumes else None
    run = run or store.runs.create(
        run_id,
        user_id,
        snapshot.id,
        recipe=recipe.name,
        base_model=base.model.name,
        folder=str(Path("runs") / user_id / run_id),
        batch_size=earlier.batch_size if earlier else recipe.batch_size,
        student=Student.T5 if base.model.task == "seq2seq" else Student.ZEGA,
    )
    if preferences is not None and (note := said_of(preferences)) not in run.notes:
        store.runs.add_note(run_id, note)
    place_checkpoints(home / run.folder, checkpoints)
    if earlier:
        store.jobs.progress(run_id, stage="Taking its checkpoints over")
        taking = partial(carry_over, store, home, earlier, run, fork=fork, cancelled=cancelled)
        unless_cancelled(taking, cancelled)
    noun = config.learns.value if config.learns else "examples"
    store.jobs.progress(run_id, stage=f"Training on {learned.count(Split.TRAIN)} {noun}")
    result = train_in_child(
        home / run.folder,
        as_begun(home / run.folder, describe(store, home, run, snapshot, recipe, base)),
        database_url=store.database.url,
        cancelled=cancelled,
        on_halved=lambda batch: halved(store, run_id, batch),
        stop_asked=stop_asked,
        process=process,
    )
    # The trainer's own time is that of its last process; steps know of all there were.
    pace = pace_of(store.runs.steps(run_id), 0)
    store.runs.update(
        run_id,
        best_validation_loss=result["best_validation_loss"],
        trained_tokens=result["tokens"],
        trainable_parameters=result["trainable_parameters"],
        train_seconds=max(result["seconds"], pace.seconds),
    )
    store.jobs.progress(run_id, stage="Registering the version")
    return register(
        store,
        home,
        run,
        result,
        base_folder=base.folder,
        base=base.identity,
        auto_deploy=config.deployment.auto_deploy,
        cancelled=cancelled,
    )


def describe(
    store: Store, home: Path, run: Run, snapshot: Snapshot, recipe: Recipe, base: Base
) -> dict[str, Any]:
    """The content of run.json: everything the training process needs, and nothing it must look up."""
    examples = store.examples.of_ids(run.user_id, [row[0] for row in snapshot.rows])
    rows: dict[str, list[list[str]]] = {part.value: [] for part in Split}
    kinds = open_kinds(home)
    for example, (_, part) in zip(examples, snapshot.rows, strict=True):
        system = kinds.find(example.kind).system
        rows[part.value].append([example.prompt, example.completion, system])
    active = store.versions.active(run.user_id, run.student)
    same_base = active is not None and active.identity.base_sha256 == base.identity.sha256
    preferring: dict[str, Any] = {}
    if TRAINERS[recipe.trainer].learns and snapshot.preferences is not None:
        preferring = describe_preferences(store, home, snapshot, rows["test"])
    return {
        "run_id": run.id,
        "trainer": recipe.trainer,
        "base": str(base.folder.resolve()),
        "base_sha256": base.identity.sha256,
        "recipe": with_batch(recipe.settings, run.batch_size),
        "rows": rows,
        "active_id": active.id if active else None,
        "active_adapter": str((home / active.adapter_path).resolve())
        if active and same_base
        else None,
        **preferring,
    }


def halved(store: Store, run_id: str, batch: int) -> None:
    """Write down that memory ran out and the training goes on with a smaller batch."""
    store.runs.update(run_id, batch_size=batch)
    store.runs.add_note(run_id, f"Memory ran out: the batch was halved to {batch}.")
