"""What an edit changed, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Change:
    """A stretch of text that stayed, went or came."""

    what: Literal["same", "removed", "added"]
    text: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """The way from one text to the other, in order; without `added` it reads as `before`, without
    `removed` as `after`.

    >>> [(each.what, each.text) for each in changes("A red door.", "A green door.")]
    [('same', 'A '), ('removed', 'red'), ('added', 'green'), ('same', ' door.')]
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[Change] = []
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) > 2000)
    for what, start, end, new_start, new_end in matcher.get_opcodes():
        if what == "equal":
            found.append(Change("same", "".join(old[start:end])))
            continue
        if end > start:
            found.append(Change("removed", "".join(old[start:end])))
        if new_end > new_start:
            found.append(Change("added", "".join(new[new_start:new_end])))
    return tuple(found)
