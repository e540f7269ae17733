"""How often the gate is wrong, on figures spread as real ones are; `make prove` draws from real ones."""

from __future__ import annotations

import random

from engine.domain.evaluation import Outcome
from engine.evaluation.held_out import RowLoss
from tests.proofs.gate_draws import draws

ROWS = PROMPTS = 64
DRAWS = 80


def answers() -> list[list[list[float]]]:
    """Two answers to each prompt: quality differs by prompt and by chance, one in eight is a bad text, and
    few repeat anything."""
    rng = random.Random(5)

    def answer(usual: float) -> list[float]:
        bad = rng.random() < 0.125
        quality = rng.uniform(1.0, 3.0) if bad else min(10.0, rng.gauss(usual, 1.2))
        return [quality, rng.choice((0.0, 0.0, 0.0, 0.02, 0.1))]

    usual = [rng.gauss(7.3, 0.6) for _ in range(PROMPTS)]
    return [[answer(each), answer(each)] for each in usual]


def losses() -> list[list[RowLoss]]:
    """Two models' losses on the same rows, whose differences are skewed."""
    rng = random.Random(6)
    tokens = [rng.randint(60, 160) for _ in range(ROWS)]
    before = [rng.gauss(3.0, 0.4) * count for count in tokens]
    after = [nats - rng.lognormvariate(0.0, 0.7) * 2.0 for nats in before]
    return [
        [RowLoss(nats, count) for nats, count in zip(model, tokens, strict=True)]
        for model in (before, after)
    ]


def test_a_model_that_is_no_better_is_promoted_about_once_in_forty() -> None:
    ruled = draws(answers(), losses(), errors=0.0, count=DRAWS, seed=1)
    assert ruled[Outcome.PROMOTED] <= DRAWS // 20
    assert ruled[Outcome.TOO_CLOSE] >= 0.85 * DRAWS


def test_a_gain_of_three_standard_errors_is_seen_four_times_in_five() -> None:
    ruled = draws(answers(), losses(), errors=3.0, count=DRAWS, seed=2)
    assert ruled[Outcome.PROMOTED] >= 0.75 * DRAWS
    assert draws(answers(), losses(), errors=6.0, count=10, seed=3)[Outcome.PROMOTED] >= 9


def test_a_loss_of_three_standard_errors_is_never_promoted() -> None:
    ruled = draws(answers(), losses(), errors=-3.0, count=DRAWS, seed=4)
    assert ruled[Outcome.PROMOTED] == 0
    assert ruled[Outcome.KEPT] >= 0.7 * DRAWS
