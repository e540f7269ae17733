"""What an auto-training will take, from this machine's own last answers."""

from __future__ import annotations

from engine.autotrain.plan import check_request
from engine.budget import Budget
from engine.domain.budget import Left
from engine.domain.user import check_user_id
from engine.store import Store
from engine.teaching.teachers import Teachers
from engine.views import Estimate

# Two cores, eight answers in flight.
FIRST_GUESS_SECONDS = 16.0
TOKENS_A_TEXT = 300


def estimate(
    store: Store,
    teachers: Teachers,
    budget: Budget,
    num_examples: int,
    user_id: str | None = None,
) -> Estimate:
    """What so many examples take of this user's teachers; of the built-in base without a user.

    Raises `InvalidInput`, and `UnreadableFile` for a broken prices.yaml.
    """
    if user_id is not None:
        check_user_id(user_id)
    check_request(num_examples, {})
    seconds_a_slot, measured_on = store.outcomes.seconds_a_slot(limit=200)
    if not measured_on:
        seconds_a_slot = FIRST_GUESS_SECONDS
    at_once = teachers.in_flight(user_id) if user_id is not None else teachers.slots
    return Estimate(
        seconds=seconds_a_slot * num_examples / min(at_once, num_examples),
        tokens=num_examples * TOKENS_A_TEXT,
        money=teachers.cost(user_id, num_examples) if user_id is not None else 0.0,
        measured_on=measured_on,
        currency=budget.prices.currency,
        left=budget.left(user_id) if user_id is not None else Left(),
    )
