"""Old or new: a blind judge prefers one of two answers to a prompt, and what many such choices come to.

The judge reads `first` and `second`, never whose text is which, and is asked in both orders (judge.py).
Whatever it says beside a clear choice for the same text both times is a tie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.evaluation import Figure
from engine.evaluation.intervals import mean_figure
from engine.judging.judge import Judge, Winner


class Preference(StrEnum):
    """Which of two models' answers a judge prefers."""

    OLD = "old"
    NEW = "new"
    TIE = "tie"


@dataclass(frozen=True)
class Tally:
    """How often each was preferred. `lead` is the mean of +1 for new, -1 for old and 0 for a tie, with
    its interval over prompts."""

    old: int
    new: int
    ties: int
    lead: Figure

    @property
    def prefers_old(self) -> bool:
        """True when there is an interval (two prompts or more) and it lies below zero as a whole."""
        return self.lead.n > 1 and self.lead.high < 0.0


_PREFERRED = {Winner.FIRST: Preference.OLD, Winner.SECOND: Preference.NEW}
_WORTH = {Preference.OLD: -1.0, Preference.NEW: 1.0, Preference.TIE: 0.0}


def prefer(judge: Judge, prompt: str, old: str, new: str) -> Preference:
    """Which answer the judge prefers in both orders. Raises what its model raises."""
    winner = judge.compare(old, new, prompt=prompt)
    return Preference.TIE if winner is None else _PREFERRED.get(winner, Preference.TIE)


def tally(preferences: Sequence[Preference], *, seed: int) -> Tally:
    """What a judge's preferences come to, one a prompt. Raises ValueError without any."""
    counts = Counter(preferences)
    return Tally(
        old=counts[Preference.OLD],
        new=counts[Preference.NEW],
        ties=counts[Preference.TIE],
        lead=mean_figure([_WORTH[each] for each in preferences], seed=seed),
    )
