"""The verbs about where a model comes from: training sets, threads from version to row, erasure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.calibration.threshold import threshold_of
from engine.data.training_set import Rules
from engine.domain.erasure import Erasure, ErasurePlan, Selection
from engine.domain.job import Job, JobKind
from engine.domain.snapshot import Snapshot, Split
from engine.errors import NotEnoughExamples
from engine.lineage.erase import erase, finish_all
from engine.lineage.reach import plan_erasure
from engine.lineage.snapshots import diff, verify
from engine.lineage.trace import trace_example, trace_version
from engine.lineage.views import (
    ExampleLineage,
    ListedSnapshot,
    Row,
    SnapshotDiff,
    Verification,
    VersionLineage,
)
from engine.memory import Memory
from engine.settings import Settings
from engine.store import Store
from engine.store.rows import check_limit
from engine.training.run import check_whole, take_snapshot

Start = Callable[[str, JobKind, dict[str, Any]], Job]


class Lineage:
    """All verbs. `start` queues a job of a user."""

    def __init__(
        self,
        store: Store,
        memory: Memory,
        start: Start,
        *,
        home: Path,
        recipe: str,
        threshold: float,
        min_examples: int,
        rules: Rules,
    ) -> None:
        self._store = store
        self._memory = memory
        self._start = start
        self._home = home
        self._recipe = recipe
        self._threshold = threshold
        self._min_examples = min_examples
        self._rules = rules

    # Snapshots

    def snapshots(self, user_id: str, *, limit: int = 100, offset: int = 0) -> list[ListedSnapshot]:
        """Training sets, newest first. Raises `InvalidInput`."""
        versions = self._store.versions.list(user_id)
        return [
            ListedSnapshot(
                counts, tuple(each for each in versions if each.snapshot_id == counts.id)
            )
            for counts in self._store.snapshots.list(user_id, limit=limit, offset=offset)
        ]

    def freeze(self, user_id: str) -> Snapshot:
        """Freeze everything trainable now, without training. Raises `NotEnoughExamples`."""
        return take_snapshot(
            self._store,
            user_id,
            threshold=threshold_of(self._store, user_id, self._threshold),
            min_examples=self._min_examples,
            rules=self._rules,
        )

    def train(self, user_id: str, snapshot_id: str) -> Job:
        """Queue a training on a frozen set.

        Raises `NotFound`, `SnapshotErased`, and `NotEnoughExamples` for one that is too small.
        """
        snapshot = self._store.snapshots.get(user_id, snapshot_id)
        check_whole(self._store, snapshot)
        if len(snapshot.rows) < self._min_examples:
            raise NotEnoughExamples(len(snapshot.rows), self._min_examples)
        request = {"recipe": self._recipe, "snapshot_id": snapshot_id}
        return self._start(user_id, JobKind.TRAINING, request)

    def rows(
        self,
        user_id: str,
        snapshot_id: str,
        part: Split | None = None,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Row]:
        """One page of a snapshot's rows, of one part or of all. Raises `NotFound`, `InvalidInput`."""
        check_limit(limit, offset)
        snapshot = self._store.snapshots.get(user_id, snapshot_id)
        chosen = [row for row in snapshot.rows if part is None or row[1] is part]
        page = chosen[offset : offset + limit]
        examples = self._store.examples.of_ids(user_id, [row[0] for row in page])
        return [Row(example, split) for example, (_, split) in zip(examples, page, strict=True)]

    def verify(self, user_id: str, snapshot_id: str) -> Verification:
        """Whether a snapshot is still what was frozen. Raises `NotFound`."""
        return verify(self._store, user_id, snapshot_id)

    def diff(self, user_id: str, before_id: str, after_id: str) -> SnapshotDiff:
        """What changed from one snapshot to another. Raises `NotFound`."""
        return diff(self._store, user_id, before_id, after_id)

    # Threads

    def of_version(self, user_id: str, number: int) -> VersionLineage:
        """What a version was trained on. Raises `NotFound`."""
        return trace_version(self._store, user_id, number)

    def of_example(self, user_id: str, example_id: str) -> ExampleLineage:
        """Everything an example came from and became part of. Raises `NotFound`."""
        return trace_example(self._store, user_id, example_id)

    # Erasure

    def plan_erasure(
        self,
        user_id: str,
        example_ids: Sequence[str] = (),
        *,
        import_id: str = "",
        phrase: str = "",
    ) -> ErasurePlan:
        """Everything that erasing these would reach; nothing is changed. Reads every text of the user.

        Raises `InvalidInput` and `NotFound`.
        """
        selection = Selection(tuple(example_ids), import_id, phrase.strip())
        return plan_erasure(self._store, self._home, user_id, selection)

    def erase(self, plan: ErasurePlan) -> Erasure:
        """Erase what the plan lists, for good; again, it is the same erasure. What a stopped training
        still holds goes within seconds, when the worker has ended it.

        Raises `InvalidInput` for a plan that reaches nothing, `ErasureChanged`, `StorageUnavailable`.
        """
        return erase(self._store, self._memory, self._home, plan)

    def finish_erasures(self) -> int:
        """Finish everybody's erasures that were interrupted; how many still wait for a training."""
        return finish_all(self._store, self._memory, self._home)

    def erasures(self, user_id: str, *, limit: int = 100, offset: int = 0) -> list[Erasure]:
        """What was erased, newest first: ids, never words."""
        return self._store.erasures.list(user_id, limit=limit, offset=offset)


def open_lineage(
    settings: Settings, store: Store, memory: Memory, start: Start, rules: Rules
) -> Lineage:
    """The lineage of one home."""
    return Lineage(
        store,
        memory,
        start,
        home=settings.home,
        recipe=settings.recipe,
        threshold=settings.keep_threshold,
        min_examples=settings.min_examples,
        rules=rules,
    )
