"""What changed in the data joined with what changed in the answers, from one version to another.

Rows that came or went are counted in slices: what one import, one model or one person brought of one genre
(of other kinds than stories, of one kind). Answers are compared in pairs, prompt by prompt, in the same
groups: topics.py. A slice is suspected where its genre fell beyond doubt. That both happened at once
proves no cause; it says where to look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

from engine.domain.evaluation import Evaluation, Figure
from engine.domain.example import Author, Example, Source
from engine.domain.snapshot import Snapshot, Split
from engine.domain.version import Version
from engine.evaluation.topics import Topic, TopicChange, is_clear, points, topic_changes
from engine.lineage.snapshots import diff
from engine.store import Store

NAMED = 3  # so many slices are told in a sentence
OCCASIONS = {
    Source.WRITE: " in Write",
    Source.TEMPLATE: " from templates",
    Source.REVIEW: " for review",
}


@dataclass(frozen=True)
class Slice:
    """Rows of one topic from one origin. `origin` follows them in a sentence: `imported from notes.txt`."""

    topic: Topic
    source: Source
    origin: str
    import_id: str | None
    median_score: float
    example_ids: tuple[str, ...]

    @property
    def rows(self) -> int:
        return len(self.example_ids)

    @property
    def words(self) -> str:
        """E.g. `40 horror examples (imported from notes.txt)`."""
        return f"{counted(self.rows, self.topic)} ({self.origin})"


@dataclass(frozen=True)
class Suspect:
    """A slice that came when its topic fell, and how much it fell."""

    slice: Slice
    quality: Figure
    sentence: str


@dataclass(frozen=True)
class Joined:
    """Slices largest first, changes by topic, suspects with the likeliest first."""

    sentence: str
    added: tuple[Slice, ...]
    removed: tuple[Slice, ...]
    changes: tuple[TopicChange, ...]
    suspects: tuple[Suspect, ...]


def join(
    store: Store,
    user_id: str,
    before: Version | None,
    after: Version,
    old: Evaluation,
    new: Evaluation,
    *,
    threshold: float,
) -> Joined:
    """The rows that came and went from `before` (None is the base, which learned none) to `after`, with
    what their answers on one set show. Texts are kept from `threshold`. Raises NotFound."""
    snapshot = store.snapshots.get(user_id, after.snapshot_id)
    came, went = row_changes(store, user_id, before, snapshot)
    origin_of = origins(store, user_id)
    added, removed = slices_of(came, origin_of), slices_of(went, origin_of)
    changes = topic_changes(old, new, {each.topic for each in added})
    return Joined(
        sentence=sentence_of(
            after.label, added, removed, changes, preferences=preferences_of(snapshot)
        ),
        added=tuple(added),
        removed=tuple(removed),
        changes=tuple(changes),
        suspects=tuple(suspects_of(added, changes, threshold)),
    )


def row_changes(
    store: Store, user_id: str, before: Version | None, after: Snapshot
) -> tuple[list[Example], list[Example]]:
    """The examples that came and those that went. None came where preferences alone were learned."""
    if before is None:
        rows = after.rows if after.count(Split.TRAIN) or not after.preferences else ()
        return store.examples.of_ids(user_id, [row[0] for row in rows]), []
    found = diff(store, user_id, before.snapshot_id, after.id)
    came, went = (store.examples.of_ids(user_id, list(ids)) for ids in (found.added, found.removed))
    return came, went


def preferences_of(snapshot: Snapshot) -> int:
    """How many preferences were learned."""
    return snapshot.preferences.count(Split.TRAIN) if snapshot.preferences else 0


def origins(store: Store, user_id: str) -> Callable[[Example], str]:
    """Who or what brought an example, in words."""

    @cache
    def imported_from(import_id: str) -> str:
        first, *more = (file.name for file in store.imports.get(user_id, import_id).files)
        return f"imported from {first}" + (f" and {len(more)} more" if more else "")

    def origin(example: Example) -> str:
        if example.import_id is not None:
            return imported_from(example.import_id)
        if example.source is Source.VARIANT:
            return f"reworded by {example.generator}"
        if example.author is Author.PERSON:
            return "written by you"
        return f"written by {example.generator}{OCCASIONS.get(example.source, '')}"

    return origin


def slices_of(examples: Iterable[Example], origin_of: Callable[[Example], str]) -> list[Slice]:
    """Examples by topic and origin, the largest slice first."""
    groups: dict[tuple[Topic, Source, str, str | None], list[Example]] = defaultdict(list)
    for example in examples:
        topic = Topic(example.kind, example.genre)
        groups[topic, example.source, origin_of(example), example.import_id].append(example)
    found = [
        Slice(
            topic=topic,
            source=source,
            origin=origin,
            import_id=import_id,
            median_score=median(each.quality.score for each in members),
            example_ids=tuple(each.id for each in members),
        )
        for (topic, source, origin, import_id), members in groups.items()
    ]
    return sorted(found, key=lambda each: (-each.rows, each.words))


def suspects_of(
    added: Sequence[Slice], changes: Sequence[TopicChange], threshold: float
) -> list[Suspect]:
    """Slices of topics that fell: first those with most rows furthest below the score from which texts
    are kept, then the deepest fall, then the most rows."""
    fallen = {each.topic: each.quality for each in changes if each.fell}
    found = [each for each in added if each.topic in fallen]
    found.sort(
        key=lambda each: (
            -each.rows * max(0.0, threshold - each.median_score),
            fallen[each.topic].value,
            -each.rows,
        )
    )
    return [
        Suspect(
            each,
            fallen[each.topic],
            f"{counted(each.rows, each.topic)} came, {each.origin}, and {each.topic.name} quality fell: "
            f"{points(fallen[each.topic])}. Their median score is {each.median_score:.1f}; texts are "
            f"kept from {threshold:.1f}.",
        )
        for each in found
    ]


def sentence_of(
    label: str,
    added: Sequence[Slice],
    removed: Sequence[Slice],
    changes: Sequence[TopicChange],
    *,
    preferences: int = 0,
) -> str:
    """E.g. `zega-anna v3 added 40 horror examples (imported from notes.txt); quality: horror +0.6 (…).`"""
    moves = [f"added {listed(added)}"] if added else []
    if removed:
        moves.append(f"left out {listed(removed)}")
    if preferences:
        moves.append(f"learned {preferences:,} preferences")
    what = " and ".join(moves) if moves else "learned from the same texts"
    touched = {each.topic for each in (*added, *removed)}
    shown = [each for each in changes if each.topic in touched]
    shown += [each for each in changes if each not in shown and is_clear(each.quality)]
    told = ", ".join(f"{each.topic.name} {points(each.quality)}" for each in shown)
    return f"{label} {what}; quality: {told}." if told else f"{label} {what}."


def listed(slices: Sequence[Slice]) -> str:
    """The largest of them by name, the others in a number."""
    parts = [each.words for each in slices[:NAMED]]
    if rest := slices[NAMED:]:
        parts.append(f"{sum(each.rows for each in rest):,} others")
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def counted(rows: int, topic: Topic) -> str:
    """E.g. `40 horror examples`, `1 example without a genre`."""
    noun = "example" if rows == 1 else "examples"
    if topic == Topic("stories", None):
        return f"{rows:,} {noun} without a genre"
    return f"{rows:,} {topic.name} {noun}"
