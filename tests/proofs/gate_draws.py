"""Draws from figures of one model against itself: how often the gate promotes what is no better."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from engine.domain.evaluation import Margins, Outcome
from engine.evaluation.held_out import RowLoss, loss_gain
from engine.registry.gate import decide


def draws(
    answers: Sequence[Sequence[Sequence[float]]],
    losses: Sequence[Sequence[RowLoss]],
    *,
    errors: float,
    count: int,
    seed: int,
) -> Counter[Outcome]:
    """What the gate rules in so many draws of prompts and rows at a true gain of so many standard errors.

    Of each prompt either of its two answers is the old one, so neither model writes better. The rows'
    differences keep their spread and their skew around the true gain.
    """
    rng = random.Random(seed)
    rows = shifted(losses, errors)
    ruled: Counter[Outcome] = Counter()
    for number in range(count):
        drawn = [rng.sample(pair, 2) for pair in rng.choices(list(answers), k=len(answers))]
        before, after = zip(*rng.choices(rows, k=len(rows)), strict=True)
        ruling = decide(
            loss_gain(before, after),
            [(old[0], new[0]) for old, new in drawn],
            [(old[1], new[1]) for old, new in drawn],
            margins=Margins(),
            rival="itself",
            seed=number,
        )
        ruled[ruling.outcome] += 1
    return ruled


def shifted(losses: Sequence[Sequence[RowLoss]], errors: float) -> list[tuple[RowLoss, RowLoss]]:
    """Rows of two models, moved so that their true gain is so many standard errors."""
    gain = loss_gain(*losses)
    gains = [old.nats - new.nats for old, new in zip(*losses, strict=True)]
    tokens = sum(row.tokens for row in losses[0]) / gain.rows
    spread = (sum((each / tokens - gain.gain) ** 2 for each in gains) / (gain.rows - 1)) ** 0.5
    move = (gain.gain - errors * spread / gain.rows**0.5) * tokens
    return [(old, RowLoss(new.nats + move, new.tokens)) for old, new in zip(*losses, strict=True)]
