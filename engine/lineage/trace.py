"""From a version down to its rows, and from an example up to everything it is part of."""

from __future__ import annotations

from engine.domain.snapshot import Split
from engine.lineage.views import ExampleLineage, VersionLineage
from engine.store import Store


def trace_version(store: Store, user_id: str, number: int) -> VersionLineage:
    """Version → run → snapshot. Raises NotFound."""
    version = store.versions.get(user_id, number)
    snapshot = store.snapshots.get(user_id, version.snapshot_id)
    examples = store.examples.of_ids(user_id, [row[0] for row in snapshot.rows])
    erased = sum(example.erased_at is not None for example in examples)
    return VersionLineage(version, store.runs.get(version.run_id), snapshot, erased)


def trace_example(store: Store, user_id: str, example_id: str) -> ExampleLineage:
    """Everything that hangs on an example. Raises NotFound."""
    example = store.examples.get(user_id, example_id)
    ids = [example_id]
    parts = {each.snapshot_id: each.split for each in store.lineage.snapshots(user_id, ids)}
    versions = [each for each in store.versions.list(user_id) if each.snapshot_id in parts]
    active = store.versions.active(user_id)
    drafts = store.lineage.drafts(user_id, ids)
    sources = [f"example:{example_id}", *(f"draft:{draft.draft_id}" for draft in drafts)]
    return ExampleLineage(
        example=example,
        parts=parts,
        runs=tuple(run for run in store.runs.list(user_id) if run.snapshot_id in parts),
        versions=tuple(each for each in versions if parts[each.snapshot_id] is Split.TRAIN),
        measured=tuple(each for each in versions if parts[each.snapshot_id] is not Split.TRAIN),
        active=active.label if active and active.id in {each.id for each in versions} else None,
        variant_of=example.variant_of,
        variants=tuple(store.lineage.variants(user_id, ids)),
        repeats=tuple(store.lineage.repeats(user_id, ids)),
        drafts=tuple(drafts),
        passages=tuple(store.passages.of_ids(user_id, store.lineage.passages(user_id, sources))),
        exports=tuple(store.exports.holding(user_id, ids)),
    )
