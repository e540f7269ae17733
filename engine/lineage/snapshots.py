"""Whether a snapshot is what was frozen, and what changed from one to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from engine.domain.example import Example
from engine.domain.snapshot import Snapshot, Split
from engine.lineage.views import Change, Moved, SnapshotDiff, Verification
from engine.store import Store
from engine.training.split import row_sha256, snapshot_sha256

# What rows are counted by; a score of 10 belongs to the highest band.
DIMENSIONS: dict[str, Callable[[Example], str]] = {
    "source": lambda example: example.source.value,
    "genre": lambda example: example.genre or "none",
    "kind": lambda example: example.kind,
    "author": lambda example: example.author.value,
    "score": lambda example: band(example.quality.score),
}


def band(score: float) -> str:
    """The point of the scale that a score lies in.

    >>> band(7.4), band(10.0)
    ('7-8', '9-10')
    """
    low = min(int(score), 9)
    return f"{low}-{low + 1}"


def verify(store: Store, user_id: str, snapshot_id: str) -> Verification:
    """Compute the snapshot's hash again, and say which rows differ. Raises NotFound."""
    snapshot = store.snapshots.get(user_id, snapshot_id)
    hashes = store.snapshots.row_hashes(user_id, snapshot_id)
    examples = store.examples.of_ids(user_id, list(hashes))
    changed = [
        example.id
        for example, (_, part) in zip(examples, snapshot.rows, strict=True)
        if (hashed := hashes[example.id]) is not None and hashed != row_sha256(example, part)
    ]
    erased = [example.id for example in examples if example.erased_at is not None]
    unknown = sum(hashed is None for hashed in hashes.values()) - len(erased)
    intact = snapshot_sha256(examples, snapshot.rows) == snapshot.sha256
    return Verification(
        snapshot_id, len(examples), intact, tuple(changed), tuple(erased), max(0, unknown)
    )


def diff(store: Store, user_id: str, before_id: str, after_id: str) -> SnapshotDiff:
    """What came, went, moved and was reworded. Raises NotFound."""
    before, after = Side.read(store, user_id, before_id), Side.read(store, user_id, after_id)
    added = [each for each in after.parts if each not in before.parts]
    removed = [each for each in before.parts if each not in after.parts]
    both = [each for each in after.parts if each in before.parts]
    moved = [
        Moved(each, before.parts[each], after.parts[each])
        for each in both
        if before.parts[each] is not after.parts[each]
    ]
    has_moved = {each.example_id for each in moved}
    changed = [
        each
        for each in both
        # The part belongs to a row's hash: what moved has another one by that alone.
        if each not in has_moved
        and before.hashes[each] is not None
        and after.hashes[each] is not None
        and before.hashes[each] != after.hashes[each]
    ]
    return SnapshotDiff(
        before=before_id,
        after=after_id,
        added=tuple(added),
        removed=tuple(removed),
        moved=tuple(moved),
        changed=tuple(changed),
        same=len(both) - len(moved) - len(changed),
        tables=tables(store, user_id, added, removed, has_moved),
    )


class Side(NamedTuple):
    """One of the two snapshots: the part and the hash of each example."""

    parts: dict[str, Split]
    hashes: dict[str, str | None]

    @classmethod
    def read(cls, store: Store, user_id: str, snapshot_id: str) -> Side:
        snapshot: Snapshot = store.snapshots.get(user_id, snapshot_id)
        return cls(dict(snapshot.rows), store.snapshots.row_hashes(user_id, snapshot_id))


def tables(
    store: Store, user_id: str, added: list[str], removed: list[str], moved: Iterable[str]
) -> dict[str, dict[str, Change]]:
    """The three kinds of change, counted by each dimension."""
    groups = [store.examples.of_ids(user_id, sorted(ids)) for ids in (added, removed, list(moved))]
    found = {}
    for name, value_of in DIMENSIONS.items():
        counts = [Counter(map(value_of, examples)) for examples in groups]
        values = sorted(set().union(*counts))
        found[name] = {value: Change(*(count[value] for count in counts)) for value in values}
    return found
