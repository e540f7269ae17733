"""What an auto-training will take, from this machine's own last answers."""

from __future__ import annotations

from engine.store import Store
from engine.views import Estimate

# Two cores, eight answers in flight.
FIRST_GUESS_SECONDS = 16.0
TOKENS_A_TEXT = 300


def estimate(store: Store, num_examples: int, *, generation_slots: int) -> Estimate:
    """Time and tokens for so many examples, `generation_slots` of them written at once."""
    seconds_a_slot, measured_on = store.outcomes.seconds_a_slot(limit=200)
    if not measured_on:
        seconds_a_slot = FIRST_GUESS_SECONDS
    in_flight = min(generation_slots, num_examples)
    return Estimate(
        seconds=seconds_a_slot * num_examples / in_flight,
        tokens=num_examples * TOKENS_A_TEXT,
        money=0.0,
        measured_on=measured_on,
    )
