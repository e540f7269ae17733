"""A text of bounded length: read a model's stream and end it where a text of its kind may end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from engine.domain.kind import Kind
from engine.kinds import stories
from engine.quality.source_code import whole_functions

SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*(?=\s|$)")
LINE_END = re.compile(r"[.!?…:][\"'”’)*]*$")
# So much of an answer is looked at for its opening: a fence or a few marks may stand before it.
HELD = 24


def last_full_sentence(text: str) -> str:
    """The text up to its last sentence end; the whole text when there is none.

    >>> last_full_sentence('He left. "Wait!" she said and')
    'He left. "Wait!"'
    """
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return text[: ends[-1]].rstrip() if ends else text.strip()


def last_full_line(text: str) -> str:
    """The text without a last line that broke off; lines may lack a full stop if another does.

    >>> last_full_line("Steps:\\n1. It counts.\\n2. It adds the")
    'Steps:\\n1. It counts.'
    """
    lines = text.strip().split("\n")
    others = [line for line in lines[:-1] if line.strip()]
    if LINE_END.search(lines[-1]) or not others or not all(map(LINE_END.search, others[1:])):
        return "\n".join(lines)
    return "\n".join(lines[:-1]).rstrip()


def cut(text: str, kind: Kind) -> str:
    """The text without what was begun and not ended, as its kind says."""
    if kind.cut_after == "function":
        return whole_functions(text, kind.scoring.language)
    if kind.cut_after == "line":
        return last_full_line(text)
    return last_full_sentence(text) if len(text.split()) >= kind.length.fewest else text.strip()


def opened(opening: str, pieces: Iterable[str]) -> Iterator[str]:
    """The pieces after their opening. A model that writes the opening anew is not given it twice.

    >>> "".join(opened("Epic E1:", ["**Epic", " E1: Tools"])), "".join(opened("def", [" add(a)"]))
    ('Epic E1: Tools', 'def add(a)')
    """
    if not opening:
        yield from pieces
        return
    stream, held = iter(pieces), ""
    for piece in stream:
        held += piece
        if len(held) >= len(opening) + HELD:
            break
    # Of a long opening its first words tell: the rest a model may word in its own way.
    first = re.escape(" ".join(opening.split()[:2]) if " " in opening else opening)
    anew = re.match(rf"(?:```\w*)?[\s#*]*(?={first})", held)
    if held:
        yield held[anew.end() :] if anew else opening + held
    yield from stream


def read_passage(
    pieces: Iterable[str],
    stopped: Callable[[], bool] = lambda: False,
    *,
    so_far: str = "",
    kind: Kind | None = None,
) -> str:
    """Read until the text is as long as one of its kind gets, or to the stream's end, and cut it.

    A kind with `enough` words ends at the next sentence end. Whoever closes the stream after this
    returns frees the model at once. `stopped` is asked between pieces and ends the reading early.
    `so_far` is text that the pieces continue. Without a kind it is a story.
    """
    kind = kind or stories()
    enough, most = kind.length.enough, kind.length.most
    text = so_far
    for piece in pieces:
        text += piece
        words = len(text.split())
        # A piece that follows the end of a sentence shows that the sentence really ended there.
        if enough and words > enough and SENTENCE_END.search(text[-len(piece) - 3 :]):
            full = last_full_sentence(text)
            if len(full.split()) >= enough:
                return full
        if words > most or stopped():
            break
    return cut(text, kind)
