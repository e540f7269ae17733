"""Who judges for a user, and what a judge does to texts whose score is near the threshold."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.budget.errors import BudgetUsedUp, PriceUnknown
from engine.cancelling import unless_cancelled
from engine.domain.quality import Quality
from engine.domain.user import is_guest
from engine.errors import Cancelled, InvalidInput, LocalOnly, NotFound, UnreadableFile
from engine.judging.judge import Judge, Marks, Winner
from engine.judging.pairwise import Preference, Tally, prefer, tally
from engine.judging.rubric import load_rubric
from engine.store import Store
from engine.teaching import Teachers
from models.errors import ModelError

log = logging.getLogger(__name__)

CHOICE = "judge"
# So far on either side of the threshold the score alone is least sure.
NEAR = 1.0
# Each pair is two calls; so many show a clear preference.
MOST_PAIRS = 32

SecondOpinion = Callable[[str, str, Quality], Quality]
# Without these there is no verdict, and the score alone decides.
_NO_VERDICT = (
    ModelError,
    LocalOnly,
    BudgetUsedUp,
    PriceUnknown,
    NotFound,
    InvalidInput,
    UnreadableFile,
)


class Judging:
    """Off until a user chooses a judge: any provider, or the built-in base. Its calls are theirs to pay."""

    def __init__(self, store: Store, home: Path, teachers: Teachers) -> None:
        self._store = store
        self._home = home
        self._teachers = teachers

    def chosen(self, user_id: str) -> str | None:
        """The id of the provider that judges; None while nobody does."""
        found: str | None = self._store.preferences.get(user_id, CHOICE)
        return found

    def choose(self, user_id: str, provider_id: str | None) -> None:
        """Have borderline texts judged by this provider; None turns it off. Raises `NotFound`,
        `InvalidInput` for a guest, and `UnreadableFile` for a broken rubric."""
        if is_guest(user_id):
            raise InvalidInput("judge", "of guests is nobody: their calls would be the owner's")
        if provider_id is None:
            self._store.preferences.delete(user_id, CHOICE)
            return
        self._teachers.one(provider_id, user_id)
        load_rubric(self._home)
        self._store.preferences.set(user_id, CHOICE, provider_id)

    def mark(self, user_id: str, text: str, *, prompt: str) -> Marks | None:
        """What the judge gives a text, 0-10; None without a verdict. Raises what the model raises,
        `BudgetUsedUp`, and `InvalidInput` while nobody judges."""
        return self._judge(user_id).mark(text, prompt=prompt)

    def compare(self, user_id: str, first: str, second: str, *, prompt: str) -> Winner | None:
        """The better of two texts, asked in both orders; None without a verdict. Raises as `mark`."""
        return self._judge(user_id).compare(first, second, prompt=prompt)

    def tally(
        self,
        user_id: str,
        pairs: Sequence[tuple[str, str, str]],
        *,
        seed: int,
        job_id: str | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> Tally | None:
        """What the judge prefers of pairs (prompt, old text, new text), of MOST_PAIRS from all over them.

        None while nobody judges, and when the judge cannot be asked. Raises `Cancelled` once `give_up()`.
        """
        if self.chosen(user_id) is None or not pairs:
            return None
        count = min(MOST_PAIRS, len(pairs))
        asked = [pairs[place * len(pairs) // count] for place in range(count)]

        def preferred(judge: Judge, pair: tuple[str, str, str]) -> Preference:
            if give_up():  # nobody pays for the others
                raise Cancelled("The comparison")
            return prefer(judge, *pair)

        try:
            judge = self._judge(user_id, job_id, give_up)
            found = unless_cancelled(
                lambda: [preferred(judge, pair) for pair in asked], give_up, "The comparison"
            )
            return tally(found, seed=seed)
        except _NO_VERDICT as error:
            log.warning("no verdict of the judge: %s", error)
            return None

    def second_opinion(
        self,
        user_id: str,
        *,
        threshold: float,
        job_id: str | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> SecondOpinion:
        """A function of prompt, text and quality that gives the quality which counts.

        Near the threshold that is the mean of score and judge. A judge that cannot be asked, or
        answers in another form, changes nothing.
        """
        if self.chosen(user_id) is None:
            return unjudged

        def opinion(prompt: str, text: str, quality: Quality) -> Quality:
            if abs(quality.score - threshold) > NEAR:
                return quality
            try:
                judge = self._judge(user_id, job_id, give_up)
                marks = judge.mark(text, prompt=prompt)
            except _NO_VERDICT as error:
                log.warning("no verdict of the judge: %s", error)
                return quality
            return quality if marks is None else joined(quality, marks)

        return opinion

    def _judge(
        self,
        user_id: str,
        job_id: str | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> Judge:
        provider_id = self.chosen(user_id)
        if provider_id is None:
            raise InvalidInput("judge", "is not chosen yet, see Settings")
        model = self._teachers.one(provider_id, user_id, job_id=job_id, give_up=give_up)
        return Judge(model, load_rubric(self._home))


def unjudged(prompt: str, text: str, quality: Quality) -> Quality:
    """Nobody judges: the score counts."""
    return quality


def joined(quality: Quality, marks: Marks) -> Quality:
    """Score and judge, half each; the parts show both."""
    score = (quality.score + marks.score) / 2
    reasons = quality.reasons
    if marks.score < quality.score:
        reasons = (*reasons, f"{marks.judge} judged it {marks.score:.1f} of 10.")
    return replace(
        quality,
        score=score,
        parts={**quality.parts, "judge": marks.score},
        reasons=reasons,
    )
