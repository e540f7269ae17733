"""Which pair comes next: the prompt that was asked least often, and the models that were least often
compared. Among equals chance decides, and so it does about the sides."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from engine.domain.story import Story
from engine.kinds import Kinds
from engine.store.texts import ERASED
from engine.store.votes import Shown

# With fewer prompts of their own a user is asked the studio's, too.
ENOUGH_PROMPTS = 10


class Asked(NamedTuple):
    """What is asked, before its kind, genre and style make a request of it."""

    prompt: str
    kind: str
    genre: str | None
    style: str | None = None


def own_prompts(stories: Sequence[Story]) -> list[Asked]:
    """What these stories were asked for, each once, newest first."""
    asked = (Asked(each.prompt, each.kind, each.genre, each.style) for each in stories)
    return list(dict.fromkeys(each for each in asked if each.prompt != ERASED))


def prompts_for(stories: Sequence[Story], kinds: Kinds) -> list[Asked]:
    """The user's own prompts; while they are few, those of auto-training of the same kinds beside them.

    Evaluation prompts would do as well for a vote, but nothing may be learned from one on them.
    """
    own = own_prompts(stories)
    if len(own) >= ENOUGH_PROMPTS:
        return own
    names = dict.fromkeys([each.kind for each in own] or ["stories"])
    return own + [
        Asked(prompt, name, genre or None)
        for name in names
        for genre, prompts in kinds.find(name).prompts.items()
        for prompt in prompts
    ]


def next_prompt(prompts: Sequence[Asked], shown: Sequence[Shown], rng: random.Random) -> Asked:
    """One of those that were shown least often."""
    times = Counter((each.prompt, each.kind, each.genre) for each in shown)
    least = min(times[each[:3]] for each in prompts)
    return rng.choice([each for each in prompts if times[each[:3]] == least])


def next_models(
    names: Sequence[str], shown: Sequence[Shown], rng: random.Random
) -> tuple[str, str]:
    """Left and right: one of the models that were least often shown, and of the others the one it met
    least often, at equal numbers one that was shown less."""
    times = Counter(name for each in shown for name in each.models)
    met = Counter(frozenset(each.models) for each in shown)
    shuffled = rng.sample(names, len(names))
    first = min(shuffled, key=lambda name: times[name])
    others = [name for name in shuffled if name != first]
    second = min(others, key=lambda name: (met[frozenset((first, name))], times[name]))
    return (first, second) if rng.random() < 0.5 else (second, first)
