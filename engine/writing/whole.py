"""A whole text of a kind: what a small model leaves out at the end is begun for it, part by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.domain.kind import Kind
from engine.quality.sections import next_start

# Shorter answers are no text that could be gone on with.
FEWEST_WORDS = 40


class Ask(Protocol):
    """Have a text continued from `so_far`, what follows beginning with `opening`; all of it."""

    def __call__(self, *, so_far: str, opening: str) -> str: ...


def write_whole(
    kind: Kind, idea: str, ask: Ask, stopped: Callable[[], bool] = lambda: False
) -> str:
    """A text with each section of its kind, or one more paragraph where it has none and is short."""
    text = ask(so_far="", opening=kind.opening_for(idea))
    for _ in kind.sections or (None,):
        start = next_start(text, kind.sections)
        is_short = FEWEST_WORDS <= len(text.split()) < kind.length.fewest
        if stopped() or not (start or (is_short and not kind.sections)):
            break
        text = ask(so_far=f"{text}\n\n", opening=start)
    return text
