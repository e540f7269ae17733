"""The same prompts before and after: the fixed evaluation prompts, answered by two models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from engine.domain.evaluation import Comparison
from engine.domain.kind import Kind
from engine.errors import Cancelled
from engine.kinds import stories
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.rendering import render, request_for
from engine.writing.passage import opened, read_passage
from models.base import LanguageModel, Message

SEED = 20_000


@dataclass(frozen=True)
class EvaluationPrompt:
    """A prompt that is never trained or selected on. `genre` is None for a user's own text."""

    genre: str | None
    prompt: str
    request: str
    kind: Kind = field(default_factory=stories)


def evaluation_prompts(*kinds: Kind) -> tuple[EvaluationPrompt, ...]:
    """The fixed prompts of these kinds, in their order; those of stories where none is named."""
    return tuple(
        EvaluationPrompt(
            idea.genre, idea.prompt, request_for(kind, idea.prompt, genre=idea.genre), kind
        )
        for kind in kinds or (stories(),)
        for idea in kind.evaluation
    )


def compare(
    before: LanguageModel,
    after: LanguageModel,
    scorer: Scorer,
    prompts: Sequence[EvaluationPrompt],
    *,
    in_flight: int,
    cancelled: Callable[[], bool] = lambda: False,
    on_answer: Callable[[], object] = lambda: None,
) -> list[Comparison]:
    """Both models answer each prompt with the same seed and are scored alike. Raises `Cancelled`."""

    def answer(model: LanguageModel, place: int, prompt: EvaluationPrompt) -> str:
        if cancelled():
            return ""
        kind = prompt.kind
        messages = render(prompt.request, system=kind.system)
        if opening := kind.opening_for(prompt.prompt):
            messages.append(Message("assistant", opening))
        with model.stream(
            messages,
            temperature=kind.temperature,
            max_tokens=kind.length.tokens,
            seed=SEED + place,
            stop=kind.stop,
        ) as stream:
            text = read_passage(opened(opening, stream), cancelled, kind=kind)
        on_answer()
        return text

    def mark(asked: EvaluationPrompt, text: str) -> float:
        return rate(scorer, asked.kind, text, prompt=asked.prompt, genre=asked.genre).score

    # One model after the other: the server does not batch requests with different adapters.
    with ThreadPoolExecutor(in_flight) as pool:
        texts = [
            list(pool.map(lambda row, m=model: answer(m, *row), enumerate(prompts)))
            for model in (before, after)
        ]
    if cancelled():
        raise Cancelled("The comparison")
    return [
        Comparison(
            prompt=prompt.request,
            before=old,
            after=new,
            quality_before=mark(prompt, old),
            quality_after=mark(prompt, new),
        )
        for prompt, old, new in zip(prompts, *texts, strict=True)
    ]
