"""Novels as a writer's own text: the first 10,000 words to learn from, later chapters to measure on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from engine.data.own_text import own_examples
from engine.data.passages import Passage, chapters_of, passages_of, with_blank_lines
from engine.domain.example import Example
from engine.domain.snapshot import Split
from engine.errors import InvalidInput
from engine.quality.novels import novel_alone, prose_paragraphs, read_novels
from engine.store import Store

HELD_OUT = 24
"""Passages of about 170 words: the first of the chapters after the one in which the 10,000 words end."""
FEWEST_HELD_OUT = 10


class Novel(NamedTuple):
    """`name` is the file's without its ending; `first` are imported, `later` held out."""

    name: str
    first: list[Passage]
    later: list[Passage]

    @property
    def first_texts(self) -> list[str]:
        return [passage.text for passage in self.first]


def read_authors(folder: Path, words: int) -> list[Novel]:
    """Every `.txt` of a folder, by name. Raises `InvalidInput` for a folder that cannot be read or has
    none, and for a novel that is too short."""
    texts = read_novels(folder)
    if not texts:
        raise InvalidInput(str(folder), "has no .txt file: put one novel in each")
    return [cut(name, text, words) for name, text in texts.items()]


def cut(name: str, text: str, words: int) -> Novel:
    """A novel's two parts. Without chapters what follows the first part is held out. Raises
    `InvalidInput`."""
    chapters = chapters_of(with_blank_lines(novel_alone(text)))
    passages = [passages_of("\n\n".join(prose_paragraphs(chapter))) for chapter in chapters]
    first: list[Passage] = []
    left = words
    for number, chapter in enumerate(passages):
        for place, passage in enumerate(chapter):
            left -= len(passage.text.split())
            if left < 0:
                after = [each for later in passages[number + 1 :] for each in later]
                later = after if len(after) >= FEWEST_HELD_OUT else [*chapter[place:], *after]
                return checked(Novel(name, first, later[:HELD_OUT]), words)
            first.append(passage)
    return checked(Novel(name, first, []), words)


def checked(novel: Novel, words: int) -> Novel:
    """The novel, if enough of it is left to hold out."""
    if len(novel.later) < FEWEST_HELD_OUT:
        found = sum(len(passage.text.split()) for passage in (*novel.first, *novel.later))
        raise InvalidInput(
            f"{novel.name}.txt",
            f"has {found:,} words of prose: {words:,} are learned, and {FEWEST_HELD_OUT} passages "
            "of about 170 words after them are held out",
        )
    return novel


def take_novel(store: Store, novel: Novel, user_id: str) -> dict[str, Split]:
    """Import both parts as the user's own text; the part of the training set of each, by id. The last
    tenth of what is learned from validates."""
    passages = [*novel.first, *novel.later]
    validated = len(novel.first) - max(1, len(novel.first) // 10)
    parts = {}
    for place, new in enumerate(own_examples(novel.name, passages, user_id=user_id)):
        held = Split.TEST if place >= len(novel.first) else Split.VALIDATION
        parts[store.examples.add(new).id] = held if place >= validated else Split.TRAIN
    return parts


def split_as(parts: dict[str, Split], examples: Sequence[Example]) -> list[tuple[str, Split]]:
    """The examples with these parts, for a training."""
    return [(example.id, parts[example.id]) for example in examples]
