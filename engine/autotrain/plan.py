"""What will be asked: prompt x style, balanced over the chosen genres, repeatable from a seed."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.domain.genre import Genre
from engine.errors import InvalidInput

MAX_EXAMPLES = 500


@dataclass(frozen=True)
class Slot:
    """One place of a plan; `seed` makes its answers repeatable."""

    index: int
    genre: Genre
    seed_prompt: str
    style: str
    seed: int


@cache
def prompts() -> dict[Genre, tuple[str, ...]]:
    """The prompts of each genre (prompts.yaml)."""
    data = yaml.safe_load(Path(__file__).with_name("prompts.yaml").read_text(encoding="utf-8"))
    return {Genre(name): tuple(texts) for name, texts in data.items()}


@cache
def styles() -> tuple[str, ...]:
    """The style modifiers (styles.yaml)."""
    return tuple(
        yaml.safe_load(Path(__file__).with_name("styles.yaml").read_text(encoding="utf-8"))
    )


def check_request(num_examples: int, mix: Mapping[str, float]) -> dict[Genre, float]:
    """The mix with real genres; raises `InvalidInput` naming what is off. An empty mix = all alike."""
    if isinstance(num_examples, bool) or not isinstance(num_examples, int):
        raise InvalidInput("num_examples", f"must be a whole number, got {num_examples!r}")
    if not 1 <= num_examples <= MAX_EXAMPLES:
        raise InvalidInput("num_examples", f"must be from 1 to {MAX_EXAMPLES}, got {num_examples}")
    known = {genre.value for genre in Genre}
    for name, weight in mix.items():
        if name not in known:
            raise InvalidInput("genres", f"must be of {', '.join(sorted(known))}; got {name!r}")
        if not 0 <= weight <= 1000:
            raise InvalidInput("genres", f"weight of {name} must be from 0 to 1000, got {weight}")
    if mix and not any(mix.values()):
        raise InvalidInput("genres", "need at least one genre with a weight above 0")
    chosen = {Genre(name): float(weight) for name, weight in mix.items() if weight > 0}
    return chosen or dict.fromkeys(Genre, 1.0)


def new_request(
    num_examples: int, mix: Mapping[str, float], *, store_in_memory: bool
) -> dict[str, Any]:
    """What an auto-training's job is asked, with a seed of its own. Raises `InvalidInput`."""
    check_request(num_examples, mix)
    return {
        "num_examples": num_examples,
        "mix": dict(mix),
        "store_in_memory": store_in_memory,
        "seed": secrets.randbelow(2**31),
    }


def share_out(total: int, mix: Mapping[Genre, float], *, seed: int) -> dict[Genre, int]:
    """`total` divided by weight, largest remainders first; the counts add up to `total`.

    Among equal remainders the seed draws: four texts of all genres are of any four.
    """
    weight = sum(mix.values())
    exact = {genre: total * value / weight for genre, value in mix.items()}
    counts = {genre: int(value) for genre, value in exact.items()}
    drawn = random.Random(seed).sample(list(Genre), len(Genre))
    order = sorted(mix, key=lambda genre: (counts[genre] - exact[genre], drawn.index(genre)))
    for genre in order[: total - sum(counts.values())]:
        counts[genre] += 1
    return counts


def make_plan(num_examples: int, mix: Mapping[Genre, float], *, seed: int) -> list[Slot]:
    """`num_examples` slots, genres interleaved. Within a genre every pair of prompt and style comes
    once before any comes again, and each prompt once before any prompt comes again."""
    rng = random.Random(seed)
    queues = {
        genre: [_pair(genre, turn, rng_seed) for turn in range(count)]
        for genre, count in share_out(num_examples, mix, seed=seed).items()
        for rng_seed in [rng.randrange(2**31)]
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
                slots.append(Slot(len(slots), genre, prompt, style, pair_seed))
                drawn[genre] += 1
                if len(slots) == num_examples:
                    break
    return slots


def _pair(genre: Genre, turn: int, seed: int) -> tuple[str, str, int]:
    """The pair of a genre's `turn`: prompts in shuffled order, styles moved on by one each round."""
    shuffled = _shuffled(genre, seed)
    place, round_ = turn % len(shuffled[0]), turn // len(shuffled[0])
    style = shuffled[1][(place + round_) % len(shuffled[1])]
    return shuffled[0][place], style, (seed + 7919 * turn) % 2**31


@cache
def _shuffled(genre: Genre, seed: int) -> tuple[Sequence[str], Sequence[str]]:
    rng = random.Random(seed)
    return rng.sample(prompts()[genre], len(prompts()[genre])), rng.sample(styles(), len(styles()))
