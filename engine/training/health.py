"""Whether a training goes well, read off its curve and its samples: plain sentences, and what to do.

Pure functions of what was logged; each says nothing while there is too little to tell. The thresholds
are explained in docs/monitor.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import fmean, median

from engine.domain.run import Sample, Step
from engine.quality.gates import Limits, find_loop
from engine.quality.tokens import parse

FEWEST_EVALUATIONS = 4
LONG_PAST = 3
"""Evaluations since the best one."""
RISE = 0.01
"""Share of the best validation loss that the newest must lie above it."""
PLATEAU_EVALUATIONS = 6
PLATEAU_STEPS = 100
FALL = 0.005
"""Share by which a loss must fall from the first half to the second to count as falling."""
WINDOW = 10
"""Training steps whose mean loss is compared: one batch alone says little."""
JUMP = 0.5
"""Nats per token by which training loss must lie above its best window."""
NOISES = 6.0
"""Standard errors of a window's mean by which it must lie above it, too."""
WORDS_TO_JUDGE = 25


class Trouble(StrEnum):
    """What can be wrong with a training."""

    NO_NUMBER = "no_number"
    DIVERGED = "diverged"
    OVERFITTING = "overfitting"
    PLATEAU = "plateau"
    REPETITION = "repetition"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: what it is, in a sentence, and what to do about it."""

    trouble: Trouble
    sentence: str
    advice: str


def health_of(steps: Sequence[Step], samples: Sequence[Sample], limits: Limits) -> list[Finding]:
    """Everything that is wrong, the worst first; nothing for a training that goes well.

    `steps` are in order, `limits` those of the score for texts that repeat themselves.
    """
    blown_up = no_number(steps) or divergence(steps)
    # Of a loss that blew up or rises again nobody need be told that it does not fall.
    about_loss = blown_up or overfitting(steps) or plateau(steps)
    return [each for each in (about_loss, repetition(samples, limits)) if each is not None]


def no_number(steps: Sequence[Step]) -> Finding | None:
    """A loss that is not a number, or without bounds."""
    for step in steps:
        if step.loss is None and step.validation_loss is None:
            return Finding(
                Trouble.NO_NUMBER,
                f"At step {step.step} the loss was no number any more: the weights are ruined.",
                "Train again with a lower learning rate. Nothing was registered.",
            )
    return None


def divergence(steps: Sequence[Step]) -> Finding | None:
    """Training loss that has climbed far above where it was, beyond what batches differ by."""
    losses = [step.loss for step in steps if step.loss is not None]
    if len(losses) < 2 * WINDOW:
        return None
    windows = [fmean(losses[end - WINDOW : end]) for end in range(WINDOW, len(losses) + 1)]
    best, now = min(windows), windows[-1]
    changes = [abs(after - before) for before, after in pairwise(losses)]
    # The median change between neighbours of one spread is 0.954 times that spread.
    standard_error = median(changes) / 0.954 / WINDOW**0.5
    if now - best <= max(JUMP, NOISES * standard_error):
        return None
    return Finding(
        Trouble.DIVERGED,
        f"Training loss climbs: it was down to {best:.2f} and is {now:.2f} nats per token over the "
        f"last {WINDOW} steps.",
        "Stop it, and train again with half of the learning rate or a longer warm-up.",
    )


def overfitting(steps: Sequence[Step]) -> Finding | None:
    """The best checkpoint lies long past, and validation loss has risen since."""
    found = _validation(steps)
    if len(found) < FEWEST_EVALUATIONS:
        return None
    best = min(range(len(found)), key=lambda place: found[place][1])
    since = len(found) - 1 - best
    (step, lowest), (now, last) = found[best], found[-1]
    if since < LONG_PAST or last < lowest * (1 + RISE):
        return None
    return Finding(
        Trouble.OVERFITTING,
        f"It learns by heart: validation loss was lowest at step {step} ({lowest:.3f}) and has risen "
        f"to {last:.3f} at step {now}, {since} evaluations later.",
        "The best weights are kept: if it still runs, stop it. Next time fewer epochs or a lower "
        "learning rate; more and more varied examples help most.",
    )


def plateau(steps: Sequence[Step]) -> Finding | None:
    """A loss that stopped falling: the validation loss, or without evaluations that of training."""
    losses = [loss for _, loss in _validation(steps)]
    enough, kind = PLATEAU_EVALUATIONS, "Validation"
    if not losses:
        losses = [step.loss for step in steps if step.loss is not None]
        enough, kind = PLATEAU_STEPS, "Training"
    if len(losses) < enough:
        return None
    halves = losses[: len(losses) // 2], losses[len(losses) // 2 :]
    # One evaluation is the mean over all its rows already; one batch says little.
    then, now = (min(half) if kind == "Validation" else fmean(half) for half in halves)
    if now < then * (1 - FALL):
        return None
    return Finding(
        Trouble.PLATEAU,
        f"{kind} loss has stopped falling: {then:.3f} in the first half so far, {now:.3f} since.",
        "More epochs will not help. If it has hardly fallen at all, try a higher learning rate or a "
        "larger rank; if it has, it has learned what these examples teach: add others.",
    )


def repetition(samples: Sequence[Sample], limits: Limits) -> Finding | None:
    """Half or more of the newest samples say the same again and again."""
    newest = max((sample.step for sample in samples), default=0)
    passages = [parse(each.text) for each in samples if each.step == newest]
    judged = [passage for passage in passages if len(passage.words) >= WORDS_TO_JUDGE]
    loops = [loop for passage in judged if (loop := find_loop(passage, limits))]
    if not loops or 2 * len(loops) < len(judged):
        return None
    return Finding(
        Trouble.REPETITION,
        f"Samples of step {newest} repeat themselves ({len(loops)} of {len(judged)}): {loops[0]}",
        "Read them below. If the examples repeat themselves, mend those in Review; if not, a lower "
        "learning rate or fewer epochs.",
    )


def _validation(steps: Sequence[Step]) -> list[tuple[int, float]]:
    return [(each.step, each.validation_loss) for each in steps if each.validation_loss is not None]
