"""What remains of a passage once it is forgotten: models that were trained on its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.example import Example
from engine.domain.passage import Passage
from engine.domain.snapshot import Split
from engine.memory.duplicates import shared
from engine.store import Store

# So much of the shorter text must be in the longer one to say that it came from it.
SHARED = 0.5


@dataclass(frozen=True)
class Traces:
    """`versions` are labels such as `zega-anna v3`, newest first; `examples` are ids."""

    versions: tuple[str, ...]
    examples: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What a person should know, in a sentence; empty when nothing remains."""
        if self.versions:
            return (
                f"Still inside {', '.join(self.versions)}: a model cannot unlearn. "
                "Thumb the text down and train again to be rid of it."
            )
        if self.examples:
            return "Still among your examples: a thumb down there keeps it out of training."
        return ""


def traces(store: Store, user_id: str, passages: Sequence[Passage]) -> Traces:
    """Examples of the user that hold these passages, and the versions that were trained on them."""
    holding = {
        example.id
        for example in all_examples(store, user_id)
        if any(holds(example, passage) for passage in passages)
    }
    versions = []
    for version in store.versions.list(user_id):
        rows = store.snapshots.get(user_id, version.snapshot_id).rows
        if any(row_id in holding and split is Split.TRAIN for row_id, split in rows):
            versions.append(version.label)
    return Traces(tuple(versions), tuple(sorted(holding)))


def all_examples(store: Store, user_id: str) -> list[Example]:
    """Every example of the user, read page by page."""
    found: list[Example] = []
    while page := store.examples.list(user_id, limit=1000, offset=len(found)):
        found += page
    return found


def holds(example: Example, passage: Passage) -> bool:
    """Whether the example's words are the passage's, or most of the shorter of the two."""
    if passage.source == f"example:{example.id}":
        return True
    for text in (example.completion, example.prompt):
        shorter, longer = sorted((text, passage.text), key=len)
        if shared(shorter, longer) >= SHARED:
            return True
    return False
