"""A passage of bounded length: read a model's stream and end it at a full sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*(?=\s|$)")

MIN_WORDS = 120
GOOD_WORDS = 150
MAX_WORDS = 200
MAX_TOKENS = 300


def last_full_sentence(text: str) -> str:
    """The text up to its last sentence end; the whole text when there is none.

    >>> last_full_sentence('He left. "Wait!" she said and')
    'He left. "Wait!"'
    """
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return text[: ends[-1]].rstrip() if ends else text.strip()


def read_passage(
    pieces: Iterable[str], stopped: Callable[[], bool] = lambda: False, *, so_far: str = ""
) -> str:
    """Read until a sentence ends at GOOD_WORDS words or more, at MAX_WORDS, or at the stream's end.

    Whoever closes the stream after this returns frees the model at once. `stopped` is asked between
    pieces and ends the reading early. `so_far` is text that the pieces continue.
    """
    text = so_far
    for piece in pieces:
        text += piece
        words = len(text.split())
        # A piece that follows the end of a sentence shows that the sentence really ended there.
        if words > GOOD_WORDS and SENTENCE_END.search(text[-len(piece) - 3 :]):
            cut = last_full_sentence(text)
            if len(cut.split()) >= GOOD_WORDS:
                return cut
        if words > MAX_WORDS or stopped():
            break
    text = text.strip()
    return last_full_sentence(text) if len(text.split()) >= MIN_WORDS else text
