"""One of many reviewers at one queue, in a process of its own.

It takes a card, decides, and only then writes down that it was told so: a line for each decision
that was acknowledged, and one for each that came too late. It is killed on purpose.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

from engine.domain.review import Card, Order, ReviewFilter
from engine.errors import DecidedMeanwhile
from engine.kinds import open_kinds
from engine.quality.score import Scorer
from engine.review import Review
from engine.review.review import is_open
from engine.store import open_store

# Reviewers look at the same few cards, so that they get in each other's way.
SHARED = 12
# Without a thought between two decisions the database is never free for whoever starts anew.
THINKING_SECONDS = 0.04


def main(home: Path, name: str, acknowledged: Path, seed: str) -> None:
    store, rng = open_store(f"sqlite:///{home / 'zega.db'}"), random.Random(seed)
    review = Review(store, Scorer.load, open_kinds(home), threshold=7.0)
    with acknowledged.open("a", encoding="utf-8") as file:

        def write(line: dict[str, object]) -> None:
            file.write(json.dumps(line) + "\n")
            file.flush()

        write({"ready": True})
        while page := review.queue("anna", ReviewFilter(), Order.OLDEST, limit=SHARED).examples:
            card = review.card("anna", rng.choice(page).id)
            time.sleep(rng.uniform(0.0, THINKING_SECONDS))
            if not is_open(card.example):
                continue  # by somebody else, and the card says so
            try:
                action = decide(review, card, name, rng)
            except DecidedMeanwhile as error:
                write({"late": error.what})
            else:
                write({"example": card.example.id, "action": action})


def decide(review: Review, card: Card, name: str, rng: random.Random) -> str:
    """Accept, reject or edit; what was done."""
    example_id = card.example.id
    action = rng.choice(["accept", "reject", "edit"])
    if action == "accept":
        review.accept("anna", example_id, seen=card.seen, reviewer=name)
    elif action == "reject":
        review.reject("anna", example_id, seen=card.seen, reasons=["dull"], reviewer=name)
    else:
        text = f"{card.example.completion} As {name} has it."
        review.edit("anna", example_id, text, seen=card.seen, reviewer=name)
    return action
