"""Style: how near a model's writing comes to its user's own, and what it took over word by word."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.evaluation import Figure

LOCKED_BELOW = 2_000
ROUGH_BELOW = 10_000
"""Words of one's own: below the first nothing is said, below the second it is called rough. A sample of 300
words is told from other writers' with an AUC of .86 by 2,000 words and of .95 by 10,000."""
MOST_COPIED = 12
"""A longer span of the training text, in words, is flagged."""


class Certainty(StrEnum):
    """How far a style match can be relied on, by how much of one's own writing there is."""

    LOCKED = "locked"
    ROUGH = "rough"
    MEASURED = "measured"


@dataclass(frozen=True)
class Habit:
    """One habit, such as `words in a sentence`: in the user's own text, the base's and the version's.

    `difference` is that between own and version in standard deviations; above 0 the user has more of it.
    """

    name: str
    own: Figure
    base: Figure
    version: Figure
    difference: float


@dataclass(frozen=True)
class Copied:
    """The longest span of words that answers share with the training text, and the share (0 to 1) of
    their runs of eight words that it has, too. `words` is how long the answers are together."""

    longest: int
    share: float
    words: int

    @property
    def is_flagged(self) -> bool:
        return self.longest > MOST_COPIED


@dataclass(frozen=True)
class StyleReport:
    """What was measured of one version: 0 is the base on the same prompts, 100 the user's own text that
    was held out. `words` counts the user's own. Without enough of them there is only the sentence.

    `before` is the base's own figure, which is 0 by definition, with its interval.
    """

    words: int
    certainty: Certainty
    sentence: str
    before: Figure | None = None
    match: Figure | None = None
    habits: tuple[Habit, ...] = ()
    copied: Copied | None = None
