"""Preferences for tests: votes on pairs of texts, thumbs on stopped ones, each on a prompt of its own."""

from __future__ import annotations

from engine.domain.quality import Quality
from engine.domain.story import Draft
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


def stopped(store: Store, number: int, thumb: int, text: str = "") -> Draft:
    """A text of anna's that she stopped, and her thumb on it."""
    name, place = NAMES[number % len(NAMES)], PLACES[number % len(PLACES)]
    story = store.stories.create(
        "anna",
        prompt=f"{name} loses coin {number} in the {place}.",
        kind="stories",
        genre="mystery",
        style=None,
    )
    draft = store.stories.add_draft(
        "anna",
        story.id,
        text=text or f"{name} turned every stone of the {place} over for coin {number}, and then",
        model="m",
        seconds=1.0,
        completion_tokens=1,
        finish_reason="closed",
        quality=Quality(8.0),
        example=None,
    )
    if thumb:
        store.feedback.give("anna", thumb, draft_id=draft.id)
    return draft
