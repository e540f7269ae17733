"""What remains of a passage once it is forgotten: models that were trained on its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.domain.erasure import Noun
from engine.domain.passage import Passage
from engine.domain.snapshot import Split
from engine.memory.duplicates import runs
from engine.store import Store
from engine.store.texts import HeldText

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
    known = [(len(passage.text), runs(passage.text)) for passage in passages]
    any_of_them = set[str]().union(*(its for _, its in known))
    sources = {passage.source for passage in passages}
    holding = {
        example.id
        for example in all_examples(store, user_id)
        if f"example:{example.id}" in sources
        or any(holds(text, known, any_of_them) for text in {*example.texts})
    }
    versions = []
    for version in store.versions.list(user_id):
        rows = store.snapshots.get(user_id, version.snapshot_id).rows
        if any(row_id in holding and split is Split.TRAIN for row_id, split in rows):
            versions.append(version.label)
    return Traces(tuple(versions), tuple(sorted(holding)))


def all_examples(store: Store, user_id: str) -> Iterator[HeldText]:
    """The words of every example of the user, read page by page."""
    after = ""
    while page := store.texts.page(user_id, Noun.EXAMPLE, after):
        yield from page
        after = page[-1].id


def holds(text: str, known: Sequence[tuple[int, set[str]]], any_of_them: set[str]) -> bool:
    """Whether the text's words are a passage's, or most of the shorter of the two. Of each passage
    its length and runs are `known`; a text's are made once, however many passages there are."""
    own = runs(text)
    if own.isdisjoint(any_of_them):
        return False
    for length, its in known:
        part, whole = (own, its) if len(text) <= length else (its, own)
        if len(part & whole) >= SHARED * len(part):
            return True
    return False
