"""The watch on a version in use: one whose answers go wrong stops answering, and what was before it does.

It looks at answers that people asked for, not at those of jobs and comparisons. What was taken back never
comes back by itself: a person may activate it, and then it is counted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from engine.domain.harm import Fault
from engine.domain.version import Version
from engine.evaluation.repetition import repetition
from engine.store import Store
from models.errors import ModelError, Paused, Unavailable

NEWEST = 10
HARMFUL = 5
# Of 698 texts of the untrained base two repeat more than a quarter of their runs of four words; loops
# in tests/data begin at 0.37.
LOOPING = 0.3

WHEN_MADE = "When it was made: "
_CALLED = {
    Fault.ERROR: "ended with an error",
    Fault.EMPTY: "without words",
    Fault.LOOPING: "going in circles",
}


def heed(
    store: Store,
    version: Version,
    written: str,
    *,
    finished: bool,
    empty: bool,
    error: ModelError | None,
    base_answers: Callable[[], bool],
) -> str:
    """Note how an answer of a version ended and take the version back when too many went wrong lately.

    What became of it as a sentence, else nothing. An answer that a person stopped, or that no server
    gave, says nothing of the version, unless it already went in circles. Nor does an error on a server
    where the base alone fails as well: `base_answers` asks it, and is called for an error only.
    """
    fault: Fault | None
    if repetition(written) >= LOOPING:
        fault = Fault.LOOPING
    elif error is not None:
        if not may_be_of_the_version(error) or not base_answers():
            return ""
        fault = Fault.ERROR
    elif not finished:
        return ""
    else:
        fault = Fault.EMPTY if empty else None
    newest = store.watched.add(version.id, fault, limit=NEWEST)
    if sum(each is not None for each in newest) < HARMFUL:
        return ""
    reason = reason_of(newest)
    if not store.watched.take_back(
        version.id, reason=reason, verdict=verdict_after(version.verdict, reason)
    ):
        return ""
    now = store.versions.active(version.user_id, version.student)
    return (
        f"{version.label} was taken back by itself: {reason} "
        f"{now.label if now else 'The untrained base'} answers from now on."
    )


def may_be_of_the_version(error: ModelError) -> bool:
    """Whether an error may lie in the version: the server was there and could not answer with it."""
    return (
        isinstance(error, Unavailable) and not isinstance(error, Paused) and not error.unreachable
    )


def reason_of(newest: Sequence[Fault | None]) -> str:
    """E.g. `5 of its newest 7 answers went wrong: 3 without words, 2 going in circles.`"""
    counts = Counter(fault for fault in newest if fault is not None)
    kinds = ", ".join(f"{counts[fault]} {_CALLED[fault]}" for fault in Fault if counts[fault])
    return f"{counts.total()} of its newest {len(newest)} answers went wrong: {kinds}."


def verdict_after(verdict: str, reason: str) -> str:
    """The verdict on a version that was taken back: why, then what was found when it was made."""
    made = verdict.rpartition(WHEN_MADE)[2].removesuffix(" It is active.")
    return f"Taken back by itself: {reason} {WHEN_MADE}{made}"
