"""The promotion gate: a new version takes over only when it is shown to be better and nothing else is shown
to be worse. A pure rule; who measures, and who makes a version active, is elsewhere.

Why these bounds and no others: docs/decisions/020-promotion.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.evaluation import Figure, LossGain, Margins, Outcome, Ruling
from engine.evaluation.intervals import mean_figure
from engine.judging.pairwise import Tally

MIN_PROMPTS = 64

Pairs = Sequence[tuple[float, float]]


def decide(
    gain: LossGain,
    quality: Pairs,
    repetition: Pairs,
    *,
    margins: Margins,
    rival: str,
    seed: int,
    judged: Tally | None = None,
) -> Ruling:
    """Rule on a new version against `rival`, by pairs (old, new) of each prompt and the gain on held-out
    rows. The same figures and seed give the same ruling.

    Something is worse when its interval is: held-out loss at all; quality and repetition when they are
    also off by more than their margin; a judge's choices, where it was asked. That keeps the rival.
    Otherwise the new version takes over if the interval of its gain lies above zero, on two rows or
    more, and both answered MIN_PROMPTS prompts or more.
    """
    better = change(quality, seed=seed)
    looping = change(repetition, seed=seed)
    worse, doubts = [], []
    if gain.rows > 1 and gain.high < 0.0:
        worse.append("it foresees held-out texts less well")
    if better.n > 1 and better.high < 0.0 and better.value < -margins.quality:
        worse.append(f"its texts score lower by more than {margins.quality:g}")
    if looping.n > 1 and looping.low > 0.0 and looping.value > margins.repetition:
        worse.append(f"it repeats itself more by over {100 * margins.repetition:g} in 100")
    if judged is not None and judged.prefers_old:
        worse.append("the judge prefers the old texts")
    if gain.rows < 2:
        doubts.append("one held-out text proves nothing")
    elif not gain.is_better:
        doubts.append("the gain may be chance")
    if min(better.n, looping.n) < MIN_PROMPTS:
        doubts.append(f"both must answer {MIN_PROMPTS} prompts")
    figures = figures_of(gain, better, looping, judged)
    if worse:
        outcome, said = Outcome.KEPT, f"Worse than {rival}: {' and '.join(worse)}"
    elif doubts:
        outcome, said = Outcome.TOO_CLOSE, f"Too close to tell from {rival}: {' and '.join(doubts)}"
    else:
        outcome = Outcome.PROMOTED
        said = f"Better than {rival} beyond chance; its texts are not shown to be worse"
    return Ruling(outcome, f"{said} ({figures}).", gain, better, looping)


def change(pairs: Pairs, *, seed: int) -> Figure:
    """New minus old, with its interval over prompts; without pairs nothing changed, n = 0."""
    if not pairs:
        return Figure(0.0, 0.0, 0.0, 0)
    return mean_figure([new - old for old, new in pairs], seed=seed)


def figures_of(gain: LossGain, quality: Figure, repetition: Figure, judged: Tally | None) -> str:
    """What the ruling rests on, in figures, intervals and counts."""
    parts = [
        f"held-out loss {gain.before:.3f} → {gain.after:.3f}, gain {gain.gain:+.3f}, "
        f"95 % interval {gain.low:+.3f} to {gain.high:+.3f}, n = {gain.rows}",
        f"quality {quality.value:+.2f} of 10, {quality.low:+.2f} to {quality.high:+.2f}, "
        f"n = {quality.n}",
        f"phrases said again {100 * repetition.value:+.1f} in 100, {100 * repetition.low:+.1f} to "
        f"{100 * repetition.high:+.1f}, n = {repetition.n}",
    ]
    if judged is not None:
        parts.append(
            f"the judge chose the new text {judged.new} times and the old one {judged.old} times, "
            f"with {judged.ties} ties"
        )
    return "; ".join(parts)
