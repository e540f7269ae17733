"""Preferences for tests: votes on pairs of texts, each on a prompt of its own."""

from __future__ import annotations

from engine.domain.vote import Choice, Vote
from engine.store import Store

NAMES = ("Ada", "Bo", "Cem", "Dora", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kim", "Leo")
PLACES = ("mill", "pier", "attic", "ferry", "quarry", "orchard", "tunnel", "bakery", "chapel")


def vote(
    store: Store,
    number: int,
    choice: Choice = Choice.LEFT,
    *,
    better: str = "",
    worse: str = "",
    prompt: str = "",
    user_id: str = "anna",
) -> Vote:
    """A vote on two texts; without any said they are of the number's own person and place."""
    name, place = NAMES[number % len(NAMES)], PLACES[number % len(PLACES)]
    pair = store.votes.add(
        user_id,
        prompt=prompt or f"{name} finds letter {number} in the {place}.",
        kind="stories",
        genre="mystery",
        left_model="zega-anna v1",
        right_model="the base tiny",
        left_text=better or f"{name} read letter {number} twice. The {place} was quiet around it.",
        right_text=worse
        or f"Letter {number} is a letter, {name}. A letter is in the {place}, yes.",
    )
    return store.votes.vote(user_id, pair.id, choice)


def votes(store: Store, count: int) -> list[Vote]:
    """So many votes, the left text the better one each time."""
    return [vote(store, number) for number in range(count)]
