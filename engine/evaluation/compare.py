"""The same prompts before and after: the fixed evaluation prompts, answered by two models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from engine.domain.evaluation import Comparison
from engine.errors import Cancelled
from engine.quality.score import Scorer
from engine.rendering import render, story_prompt
from engine.writing.passage import MAX_TOKENS, read_passage
from models.base import LanguageModel

TEMPERATURE = 0.7
SEED = 20_000


@dataclass(frozen=True)
class EvaluationPrompt:
    """A prompt that is never trained or selected on. `genre` is None for a user's own text."""

    genre: str | None
    prompt: str
    request: str


@cache
def evaluation_prompts() -> tuple[EvaluationPrompt, ...]:
    """The fixed prompts (prompts.yaml), two a genre."""
    data = yaml.safe_load(Path(__file__).with_name("prompts.yaml").read_text(encoding="utf-8"))
    return tuple(
        EvaluationPrompt(
            row["genre"], row["prompt"], story_prompt(row["prompt"], genre=row["genre"])
        )
        for row in data
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
        with model.stream(
            render(prompt.request),
            temperature=TEMPERATURE,
            max_tokens=MAX_TOKENS,
            seed=SEED + place,
        ) as stream:
            text = read_passage(stream, cancelled)
        on_answer()
        return text

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
            quality_before=scorer.score(old, prompt=prompt.prompt, genre=prompt.genre).score,
            quality_after=scorer.score(new, prompt=prompt.prompt, genre=prompt.genre).score,
        )
        for prompt, old, new in zip(prompts, *texts, strict=True)
    ]
