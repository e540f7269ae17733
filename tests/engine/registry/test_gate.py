"""The gate's rule: what promotes, what keeps, what leaves it open, and what it says."""

from __future__ import annotations

import random

import pytest

from engine.domain.evaluation import LossGain, Margins, Outcome, Ruling
from engine.judging.pairwise import Preference, tally
from engine.registry.gate import MIN_PROMPTS, decide

BETTER = LossGain(3.0, 2.8, 0.2, 0.1, 0.3, 40)
OPEN = LossGain(3.0, 2.95, 0.05, -0.05, 0.15, 40)
WORSE = LossGain(3.0, 3.2, -0.2, -0.3, -0.1, 40)


def pairs(
    shift: float, *, spread: float = 1.0, count: int = MIN_PROMPTS
) -> list[tuple[float, float]]:
    """Old and new figures whose differences have exactly this mean."""
    rng = random.Random(3)
    noise = [rng.gauss(0.0, spread) for _ in range(count)]
    mean = sum(noise) / count
    return [(7.0, 7.0 + shift + each - mean) for each in noise]


def rule(
    gain: LossGain = BETTER, quality: float = 0.0, repetition: float = 0.0, **how: object
) -> Ruling:
    return decide(
        gain,
        pairs(quality),
        pairs(repetition, spread=0.02),
        margins=Margins(),
        rival="zega-anna v1",
        seed=1,
        **how,  # type: ignore[arg-type]
    )


def test_a_gain_beyond_its_interval_promotes_and_the_sentence_has_every_figure() -> None:
    ruling = rule()
    assert ruling.outcome is Outcome.PROMOTED
    assert ruling.sentence.startswith(
        "Better than zega-anna v1 beyond chance; its texts are not shown to be worse"
    )
    assert "3.000 → 2.800, gain +0.200, 95 % interval +0.100 to +0.300, n = 40" in ruling.sentence
    assert f"quality {ruling.quality.value:+.2f} of 10" in ruling.sentence
    assert ruling.sentence.count(f"n = {MIN_PROMPTS}") == 2
    assert ruling.sentence.endswith(").")
    assert (ruling.gain, ruling.quality.n, ruling.repetition.n) == (BETTER, 64, 64)


@pytest.mark.parametrize(
    ("gain", "outcome", "why"),
    [
        (OPEN, Outcome.TOO_CLOSE, "the gain may be chance"),
        (WORSE, Outcome.KEPT, "foresees held-out texts less well"),
        (
            LossGain(3.0, 2.0, 1.0, 1.0, 1.0, 1),
            Outcome.TOO_CLOSE,
            "one held-out text proves nothing",
        ),
        (LossGain(3.0, 4.0, -1.0, -1.0, -1.0, 1), Outcome.TOO_CLOSE, "proves nothing"),
        (LossGain(3.0, 3.0, 0.0, 0.0, 0.0, 40), Outcome.TOO_CLOSE, "may be chance"),
    ],
)
def test_without_a_gain_beyond_its_interval_nobody_takes_over(
    gain: LossGain, outcome: Outcome, why: str
) -> None:
    ruling = rule(gain)
    assert ruling.outcome is outcome
    assert why in ruling.sentence


def test_worse_writing_keeps_the_rival_whatever_the_loss() -> None:
    ruling = rule(quality=-0.8)
    assert ruling.outcome is Outcome.KEPT
    assert "its texts score lower by more than 0.3" in ruling.sentence
    looping = rule(repetition=0.2)
    assert looping.outcome is Outcome.KEPT
    assert "repeats itself more by over 5 in 100" in looping.sentence
    both = rule(WORSE, quality=-0.8, repetition=0.2)
    assert both.sentence.count(" and it") == 2


def test_what_is_within_the_margin_or_within_chance_does_not_keep_the_rival() -> None:
    assert rule(repetition=0.04).outcome is Outcome.PROMOTED  # surely more, by less than 0.05
    assert rule(quality=0.9).outcome is Outcome.PROMOTED
    loud = decide(
        BETTER, pairs(-0.5, spread=4.0), pairs(0.0), margins=Margins(), rival="the base", seed=1
    )
    assert loud.quality.high > 0.0 > -Margins().quality > loud.quality.value
    assert loud.outcome is Outcome.PROMOTED
    strict = decide(
        BETTER,
        pairs(-0.2, spread=0.1),
        pairs(0.0),
        margins=Margins(quality=0.1),
        rival="the base",
        seed=1,
    )
    assert strict.outcome is Outcome.KEPT


@pytest.mark.parametrize("count", [0, 1, MIN_PROMPTS - 1])
def test_too_few_prompts_promote_nobody(count: int) -> None:
    few = pairs(0.0, count=count) if count else []
    ruling = decide(BETTER, few, few, margins=Margins(), rival="the base", seed=1)
    assert ruling.outcome is Outcome.TOO_CLOSE
    assert "both must answer 64 prompts" in ruling.sentence
    assert ruling.quality.n == count


def test_a_judge_that_prefers_the_old_texts_keeps_them_and_no_other_judge_does() -> None:
    def judged(old: int, new: int) -> Ruling:
        ties = [Preference.TIE] * (64 - old - new)
        said = [Preference.OLD] * old + [Preference.NEW] * new + ties
        return rule(judged=tally(said, seed=1))

    against = judged(old=40, new=10)
    assert against.outcome is Outcome.KEPT
    assert "the judge prefers the old texts" in against.sentence
    assert "new text 10 times and the old one 40 times, with 14 ties" in against.sentence
    for old, new in ((25, 20), (0, 0), (10, 40)):
        assert judged(old, new).outcome is Outcome.PROMOTED
    assert rule(OPEN, judged=tally([Preference.NEW] * 64, seed=1)).outcome is Outcome.TOO_CLOSE


def test_the_same_figures_and_seed_give_the_same_ruling() -> None:
    assert rule(quality=-0.1) == rule(quality=-0.1)
