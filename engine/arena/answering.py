"""One model's answer to a prompt of the arena: asked as it is when it writes, and stored nowhere."""

from __future__ import annotations

from collections.abc import Callable

from engine.arena.contenders import Contender
from engine.domain.kind import Kind
from engine.domain.vote import Pair
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.rendering import render, request_for, shown_to_teachers
from engine.writing.passage import opened, read_passage
from models.base import Message
from models.errors import Unavailable


def answer_to(pair: Pair, contender: Contender, kind: Kind, scorer: Callable[[], Scorer]) -> str:
    """The contender's answer; both of a pair are asked with the same seed, which is the pair's.

    Raises what its model raises, and `Unavailable` when it says nothing.
    """

    def rank(text: str) -> float:
        return rate(scorer(), kind, text, prompt=pair.prompt, genre=pair.genre).score

    request = request_for(kind, pair.prompt, genre=pair.genre, style=pair.style)
    shown = shown_to_teachers(kind) if contender.teaches else ()
    messages = render(request, system=kind.system, shown=shown)
    if opening := kind.opening_for(pair.prompt):
        messages.append(Message("assistant", opening))
    with contender.open(rank).stream(
        messages,
        temperature=kind.temperature,
        max_tokens=kind.length.tokens,
        seed=seed_of(pair),
        stop=kind.stop,
    ) as stream:
        text = read_passage(opened(opening, stream), kind=kind).strip()
    if not text:
        raise Unavailable("One of the two answered with nothing. Try again, or take another pair.")
    return text


def seed_of(pair: Pair) -> int:
    """The same whenever an answer of this pair is asked for again."""
    return int(pair.id[:7], 16)
