"""What will be asked: prompt x style, balanced over the chosen genres, repeatable from a seed.

The genres are the categories of a kind; a kind without any has one nameless category.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.domain.kind import Kind
from engine.errors import InvalidInput
from engine.kinds import stories

MAX_EXAMPLES = 500


@dataclass(frozen=True)
class Slot:
    """One place of a plan; `seed` makes its answers repeatable.

    `request` is what is asked where that is not made from the rest.
    """

    index: int
    genre: str | None
    seed_prompt: str
    style: str | None
    seed: int
    request: str = ""


@cache
def styles() -> tuple[str, ...]:
    """The style modifiers (styles.yaml)."""
    return tuple(
        yaml.safe_load(Path(__file__).with_name("styles.yaml").read_text(encoding="utf-8"))
    )


def check_request(
    num_examples: int, mix: Mapping[str, float], kind: Kind | None = None
) -> dict[str, float]:
    """The mix of what is asked for; raises `InvalidInput` naming what is off. Empty = all alike.

    Without a kind it is stories.
    """
    kind = kind or stories()
    if isinstance(num_examples, bool) or not isinstance(num_examples, int):
        raise InvalidInput("num_examples", f"must be a whole number, got {num_examples!r}")
    if not 1 <= num_examples <= MAX_EXAMPLES:
        raise InvalidInput("num_examples", f"must be from 1 to {MAX_EXAMPLES}, got {num_examples}")
    if mix and not kind.categories:
        raise InvalidInput("genres", f"must be left out: {kind.name} have none")
    for name, weight in mix.items():
        if name not in kind.categories:
            known = ", ".join(sorted(kind.categories))
            raise InvalidInput("genres", f"must be of {known}; got {name!r}")
        if not 0 <= weight <= 1000:
            raise InvalidInput("genres", f"weight of {name} must be from 0 to 1000, got {weight}")
    if mix and not any(mix.values()):
        raise InvalidInput("genres", "need at least one genre with a weight above 0")
    chosen = {str(name): float(weight) for name, weight in mix.items() if weight > 0}
    return chosen or dict.fromkeys(kind.prompts, 1.0)


def new_request(
    num_examples: int,
    mix: Mapping[str, float],
    *,
    store_in_memory: bool,
    kind: Kind | None = None,
) -> dict[str, Any]:
    """What an auto-training's job is asked, with a seed of its own. Raises `InvalidInput`."""
    kind = kind or stories()
    check_request(num_examples, mix, kind)
    return {
        "kind": kind.name,
        "num_examples": num_examples,
        "mix": dict(mix),
        "store_in_memory": store_in_memory,
        "seed": secrets.randbelow(2**31),
    }


def share_out(
    total: int, mix: Mapping[str, float], *, seed: int, kind: Kind | None = None
) -> dict[str, int]:
    """`total` divided by weight, largest remainders first; the counts add up to `total`.

    Among equal remainders the seed draws: four texts of all genres are of any four.
    """
    weight = sum(mix.values())
    exact = {genre: total * value / weight for genre, value in mix.items()}
    counts = {genre: int(value) for genre, value in exact.items()}
    names = list((kind or stories()).prompts)
    drawn = random.Random(seed).sample(names, len(names))
    order = sorted(mix, key=lambda genre: (counts[genre] - exact[genre], drawn.index(genre)))
    for genre in order[: total - sum(counts.values())]:
        counts[genre] += 1
    return counts


def make_plan(
    num_examples: int, mix: Mapping[str, float], *, seed: int, kind: Kind | None = None
) -> list[Slot]:
    """`num_examples` slots, genres interleaved. Within a genre every pair of prompt and style comes
    once before any comes again, and each prompt once before any prompt comes again."""
    kind = kind or stories()
    rng = random.Random(seed)
    queues = {
        genre: _pairs(kind, genre, count, rng.randrange(2**31))
        for genre, count in share_out(num_examples, mix, seed=seed, kind=kind).items()
    }
    slots: list[Slot] = []
    drawn = dict.fromkeys(queues, 0)
    while len(slots) < num_examples:
        for genre, queue in queues.items():
            # A genre is due when its share of what is drawn lags behind its share of the whole.
            if drawn[genre] < len(queue) and (
                drawn[genre] * num_examples <= len(slots) * len(queue)
            ):
                prompt, style, pair_seed = queue[drawn[genre]]
                slots.append(Slot(len(slots), genre or None, prompt, style, pair_seed))
                drawn[genre] += 1
                if len(slots) == num_examples:
                    break
    return slots


def _pairs(kind: Kind, genre: str, count: int, seed: int) -> list[tuple[str, str | None, int]]:
    """Prompt, style and seed of a genre's turns: prompts in shuffled order, styles (of a kind that
    has them) moved on by one each round."""
    rng = random.Random(seed)
    ideas = rng.sample(kind.prompts[genre], len(kind.prompts[genre]))
    manners: Sequence[str | None] = rng.sample(styles(), len(styles())) if kind.styles else [None]
    found = []
    for turn in range(count):
        place, round_ = turn % len(ideas), turn // len(ideas)
        style = manners[(place + round_) % len(manners)]
        found.append((ideas[place], style, (seed + 7919 * turn) % 2**31))
    return found
