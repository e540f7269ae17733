"""What a preference training learns from and is measured on: frozen, hashed, read again by ids.

It goes on from the active version, on that version's own training set: what measured that one measures
this one, too, and an erasure that reaches the one reaches the other. Without a version it starts at the
base, and of the examples only held-out ones are in its set. docs/decisions/022-preferences.md says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.cancelling import unless_cancelled
from engine.data.decontamination import decontaminate
from engine.data.held_out import Row, held_out_rows
from engine.data.preferences import collect, missing, of_examples, of_stopped, of_thumb, of_vote
from engine.data.training_set import Rules
from engine.domain.decontamination import Decontamination
from engine.domain.example import Example
from engine.domain.preference import Learns, Origin, Preference, PreferencePair
from engine.domain.snapshot import FrozenPreference, FrozenPreferences, Snapshot, Split
from engine.domain.version import Version
from engine.errors import NotEnoughExamples, Quarantined, SnapshotErased
from engine.kinds import Kinds, open_kinds
from engine.store import Store
from engine.training.errors import PreferencesChanged, TooFewPreferences
from engine.training.split import row_sha256, snapshot_sha256, split_groups

WITHOUT_PREFERENCES = (
    "names a training set without preferences: a preference training freezes its own, leave it out"
)


@dataclass(frozen=True)
class Ground:
    """What a preference training stands on: the examples of its snapshot with their parts, the parts of
    groups that are settled, and what the version it starts from had learned."""

    examples: tuple[Example, ...]
    rows: tuple[tuple[str, Split], ...]
    settled: Mapping[str, Split]
    earlier: tuple[str, ...] = ()
    left_out: Decontamination = field(default_factory=Decontamination)
    variants: int = 0


def freeze_preferences(
    store: Store,
    user_id: str,
    kinds: Kinds,
    *,
    learns: Learns,
    least: int,
    base_sha256: str,
    threshold: float,
    min_examples: int,
    validation_share: float,
    rules: Rules,
    cancelled: Callable[[], bool] = lambda: False,
) -> Snapshot:
    """Freeze everything the user prefers now. It starts at the active version if that is of this base.

    Raises `TooFewPreferences`, `NotEnoughExamples`, `Cancelled`, and `UnreadableFile` for a benchmark.
    """
    found = collect(store, user_id, kinds, learns)
    check_enough(found, learns, least)
    start = store.versions.active(user_id)
    if start is not None and start.identity.base_sha256 != base_sha256:
        start = None
    if start is None:
        examples = store.examples.trainable(user_id, threshold=threshold)
        if len(examples) < min_examples:
            raise NotEnoughExamples(len(examples), min_examples)
        ground = at_the_base(examples, validation_share)
    else:
        ground = at_a_version(store, start, found)
    others = [each.group for each in found if each.group not in ground.settled]
    parts = {**ground.settled, **split_groups(others, validation_share=validation_share)}
    learned = [each for each in found if parts[each.group] is Split.TRAIN]
    repeating = repeats(
        learned, held_out_rows(ground.examples, ground.rows, rules.home), rules, cancelled
    )
    kept = [each for each in reversed(found) if each.ids not in repeating]
    check_enough(kept, learns, least)
    split = [(each, parts[each.group]) for each in kept]
    return store.snapshots.create(
        user_id,
        list(ground.rows),
        snapshot_sha256(ground.examples, ground.rows),
        [
            row_sha256(each, part)
            for each, (_, part) in zip(ground.examples, ground.rows, strict=True)
        ],
        left_out=ground.left_out,
        variants=ground.variants,
        preferences=FrozenPreferences(
            rows=tuple(FrozenPreference(each.origin, each.ids, part) for each, part in split),
            sha256=preferences_sha256(split),
            start_id=start.id if start else None,
            earlier=ground.earlier,
            left_out=len(repeating),
        ),
    )


def check_enough(found: Sequence[Preference], learns: Learns, least: int) -> None:
    """Raise `TooFewPreferences` for too few."""
    if said := missing(found, learns, least):
        raise TooFewPreferences(said)


def at_the_base(examples: Sequence[Example], validation_share: float) -> Ground:
    """Held-out examples alone: nothing of the others is learned."""
    groups = [each.split_group for each in examples]
    parts = split_groups(groups, validation_share=validation_share)
    held_out = [each for each in examples if parts[each.split_group] is not Split.TRAIN]
    rows = tuple((each.id, parts[each.split_group]) for each in held_out)
    return Ground(tuple(held_out), rows, parts)


def at_a_version(store: Store, start: Version, found: Sequence[Preference]) -> Ground:
    """The training set of the version, and what its own preference trainings had learned."""
    snapshot = store.snapshots.get(start.user_id, start.snapshot_id)
    part_of = dict(snapshot.rows)
    examples = [
        each
        for each in store.examples.of_ids(start.user_id, list(part_of))
        if each.erased_at is None
    ]
    settled = {each.split_group: part_of[each.id] for each in examples}
    earlier: tuple[str, ...] = ()
    if snapshot.preferences is not None:
        frozen = {row.ids: row.split for row in snapshot.preferences.rows}
        known = {each.group: frozen[each.ids] for each in found if each.ids in frozen}
        settled = known | settled
        parts = snapshot.preferences.parts
        earlier = tuple(id for id, part in parts.items() if part is Split.TRAIN)
    return Ground(
        tuple(examples),
        tuple((each.id, part_of[each.id]) for each in examples),
        settled,
        earlier,
        snapshot.left_out,
        snapshot.variants,
    )


def repeats(
    learned: Sequence[Preference],
    held_out: Sequence[Row],
    rules: Rules,
    cancelled: Callable[[], bool],
) -> set[tuple[str, ...]]:
    """Ids of those of which a text repeats a held-out row."""
    rows = {
        f"{place}/{text}": Row(f"{place}/{text}", each.seed_prompt, words, each.group)
        for place, each in enumerate(learned)
        for text, words in enumerate(each.texts)
    }
    report = unless_cancelled(
        lambda: decontaminate(
            list(rows.values()), held_out, embed=rules.embed, cancelled=cancelled
        ),
        cancelled,
    )
    places = {int(overlap.example_id.partition("/")[0]) for overlap in report.removed}
    return {learned[place].ids for place in places}


def preferences_sha256(split: Iterable[tuple[Preference, Split]]) -> str:
    """One hash over origins, ids, parts and texts, in order."""
    digest = hashlib.sha256()
    for each, part in split:
        texts = (each.origin.value, *each.ids, part.value, each.prompt, *each.texts)
        digest.update("".join(f"{len(text)}:{text}" for text in texts).encode())
    return digest.hexdigest()


def read_preferences(
    store: Store, user_id: str, kinds: Kinds, frozen: FrozenPreferences
) -> list[tuple[Preference, Split]]:
    """What was frozen, with its texts. Raises `SnapshotErased` and `PreferencesChanged`."""
    votes = {vote.id: vote for vote in store.votes.list(user_id)}
    drafts = {each.draft_id: each for each in store.judged.stopped(user_id)}
    stopped = {row.ids[0]: drafts[row.ids[0]] for row in frozen.rows if row.ids[0] in drafts}
    ids = [
        id
        for row in frozen.rows
        if row.origin is not Origin.VOTE and row.ids[0] not in stopped
        for id in row.ids
    ]
    examples = {each.id: each for each in store.examples.of_ids(user_id, list(dict.fromkeys(ids)))}
    gone = sum(
        not vote.has_texts
        for row in frozen.rows
        if row.origin is Origin.VOTE and (vote := votes.get(row.ids[0])) is not None
    )
    gone += sum(example.erased_at is not None for example in examples.values())
    gone += sum(draft.is_erased for draft in stopped.values())
    if gone:
        raise SnapshotErased(gone)
    found: list[tuple[Preference, Split]] = []
    for row in frozen.rows:
        each: Preference | None
        if row.origin is Origin.VOTE:
            each = of_vote(votes[row.ids[0]], kinds) if row.ids[0] in votes else None
        elif row.ids[0] in stopped:
            each = of_stopped(stopped[row.ids[0]], kinds, row.origin)
        elif row.origin in (Origin.UP, Origin.DOWN):
            each = of_thumb(examples[row.ids[0]], row.origin)
        else:
            each = of_examples(row.origin, *(examples[id] for id in row.ids))
        if each is None:
            raise PreferencesChanged
        found.append((each, row.split))
    if preferences_sha256(found) != frozen.sha256:
        raise PreferencesChanged
    return found


def describe_preferences(
    store: Store, home: Path, snapshot: Snapshot, test_rows: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """What run.json says otherwise for a preference training: rows, of which `test_rows` measure, and where
    it starts.

    Raises `SnapshotErased`, `PreferencesChanged`, and `Quarantined` for a start that may not go on.
    """
    frozen, kinds = snapshot.preferences, open_kinds(home)
    assert frozen is not None
    rows: dict[Split, list[list[str | bool]]] = {part: [] for part in Split}
    for each, part in read_preferences(store, snapshot.user_id, kinds, frozen):
        rows[part].append(as_row(each, kinds.find(each.kind).system))
    start = store.versions.by_id(frozen.start_id) if frozen.start_id else None
    if start is not None and start.quarantined_at is not None:
        raise Quarantined(start.label)
    return {
        "rows": {
            "train": rows[Split.TRAIN],
            "validation": rows[Split.VALIDATION],
            "test": test_rows,
            "preferences": rows[Split.TEST],
        },
        "start": str((home / start.adapter_path).resolve()) if start else None,
        "start_sha256": start.adapter_sha256 if start else None,
    }


def said_of(frozen: FrozenPreferences) -> str:
    """What a training learns from, in a sentence for its run."""
    train, validation, test = (frozen.count(part) for part in Split)
    left_out = (
        f", {frozen.left_out} left out for repeating held-out texts" if frozen.left_out else ""
    )
    begun = "the version then active" if frozen.start_id else "the base"
    return (
        f"Learns from {train} preferences; {validation} more decide when to stop and {test} are held out"
        f"{left_out}. It starts at {begun}; its losses are of preferences, not nats a token."
    )


def as_row(each: Preference, system: str) -> list[str | bool]:
    """A preference as a trainer reads it: request, text and instructions, then the worse text, or whether
    the text is to be liked and whether it is whole."""
    if isinstance(each, PreferencePair):
        return [each.prompt, each.chosen, system, each.rejected]
    return [each.prompt, each.completion, system, each.desirable, each.is_whole]
