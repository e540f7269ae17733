"""The kinds of rewording by name, and whether what came of one is worth having."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from engine.data.augmentation import names, parameters, prompts, wording
from engine.data.augmentation.texts import Texts
from engine.errors import InvalidInput
from engine.memory.duplicates import similarity

TEACHER = "teacher"
KINDS: dict[str, Callable[[Texts, Random], Texts | None]] = {
    "parameters": parameters.vary,
    "wording": wording.vary,
    "names": names.vary,
    "prompt": prompts.vary,
}
# Jaccard similarities over five-word runs: above both, a variant says nothing otherwise.
SAME_PROMPT = 0.9
SAME_ANSWER = 0.95


def check_kinds(kinds: Sequence[str] | None) -> list[str]:
    """These kinds in their order; none means all. Raises `InvalidInput`."""
    chosen = list(KINDS) if kinds is None else list(dict.fromkeys(kinds))
    unknown = [kind for kind in chosen if kind not in KINDS]
    if unknown or not chosen:
        raise InvalidInput(
            "kinds", f"must be of {', '.join(KINDS)}; got {', '.join(unknown) or 'none'}"
        )
    return chosen


def vary(texts: Texts, kind: str, seed: int) -> Texts | None:
    """The texts reworded; the same texts, kind and seed give the same. None where nothing fits."""
    return KINDS[kind](texts, Random(f"{seed}\n{kind}\n{texts.whole}"))


def nearly_same(one: Texts, other: Texts) -> bool:
    """Whether prompt and answer are both nearly word for word the same."""
    return (
        similarity(one.prompt, other.prompt) >= SAME_PROMPT
        and similarity(one.completion, other.completion) >= SAME_ANSWER
    )
