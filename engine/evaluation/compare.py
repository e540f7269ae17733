"""The fixed evaluation prompts, and what two models answered to them side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.domain.evaluation import Comparison, Evaluation
from engine.domain.kind import Kind
from engine.kinds import stories
from engine.rendering import request_for


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


def comparisons(before: Evaluation, after: Evaluation) -> list[Comparison]:
    """Two evaluations of one set as people see them, a pair a prompt: of one that was asked with several
    seeds the first."""
    pairs: dict[str, Comparison] = {}
    for old, new in zip(before.answers, after.answers, strict=True):
        pair = Comparison(
            prompt=old.prompt,
            before=old.text,
            after=new.text,
            quality_before=old.quality,
            quality_after=new.quality,
        )
        pairs.setdefault(old.prompt, pair)
    return list(pairs.values())
