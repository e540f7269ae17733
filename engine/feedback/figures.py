"""What all thumbs and edits come to: by writer, by reason, and teacher against student in the A/B.

Pure: counts in, figures with their intervals and sentences out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from engine.domain.calibration import Share
from engine.domain.example import Author
from engine.domain.feedback import (
    FeedbackFigures,
    ReasonCount,
    Role,
    TrialResult,
    WriterFeedback,
)
from engine.feedback.reasons import reasons_for
from engine.store.feedback import EditCount, ReasonsCount, ThumbCount, TrialCount

# Below so many thumbs of either side their difference says little.
FEWEST = 20
TOP_REASONS = 5


def figures_of(
    thumbs: Iterable[ThumbCount],
    edits: Iterable[EditCount],
    reasons: Iterable[ReasonsCount],
    trials: Iterable[TrialCount],
    *,
    role_of: Callable[[str], Role],
    is_on: bool,
) -> FeedbackFigures:
    """Everything at once; `is_on` says whether the A/B goes on, so that it is told of before a thumb."""
    given, edited = Counter[tuple[str, int]](), Counter[str]()
    for each in thumbs:
        given[each.writer, each.thumb] += each.times
    for edit in edits:
        edited[edit.writer] += edit.times
    writers = [
        WriterFeedback(name, role_of(name), _share(given[name, 1], given[name, -1]), edited[name])
        for name in {*edited, *(writer for writer, _ in given)}
    ]
    writers.sort(
        key=lambda each: (-(each.thumbs.n if each.thumbs else 0), -each.edits, each.writer)
    )
    up = sum(count for (_, thumb), count in given.items() if thumb > 0)
    return FeedbackFigures(
        thumbs=given.total(),
        edits=edited.total(),
        writers=tuple(writers),
        reasons=_top(reasons),
        trial=_trial(list(trials), is_on=is_on),
        sentence=_sentence(up, given.total(), edited.total()),
    )


def _sentence(up: int, thumbs: int, edits: int) -> str:
    if not thumbs and not edits:
        return (
            "You gave no thumb yet. Under every text on Write there is one up and one down: here they "
            "are counted, so that you see whose texts you like."
        )
    said = f"You gave {thumbs:,} thumb{'' if thumbs == 1 else 's'}, {up:,} of them up"
    return f"{said}, and edited {edits:,} text{'' if edits == 1 else 's'} of models."


def _top(reasons: Iterable[ReasonsCount]) -> tuple[ReasonCount, ...]:
    """The commonest reasons of either direction. One that is not in the list any more keeps its id."""
    counts: Counter[tuple[int, str]] = Counter()
    for each in reasons:
        for reason in each.reasons:
            counts[each.thumb, reason] += each.times
    found: list[ReasonCount] = []
    for thumb in (1, -1):
        labels = {reason.id: reason.label for reason in reasons_for(thumb)}
        of_thumb = [
            (-count, labels.get(id, id)) for (side, id), count in counts.items() if side == thumb
        ]
        found += [
            ReasonCount(thumb, label, -less) for less, label in sorted(of_thumb)[:TOP_REASONS]
        ]
    return tuple(found)


def _trial(counts: Sequence[TrialCount], *, is_on: bool) -> TrialResult | None:
    sides = Counter({(each.author, each.thumb): each.times for each in counts})
    if not sides and not is_on:
        return None
    teacher, student = (
        _share(sides[author, 1], sides[author, -1]) for author in (Author.TEACHER, Author.STUDENT)
    )
    few = [side.n if side else 0 for side in (teacher, student)]
    if teacher is None or student is None or min(few) < FEWEST:
        finding = (
            f"Too few to tell: {few[0]:,} thumb{'' if few[0] == 1 else 's'} for the teacher and "
            f"{few[1]:,} for your zega. From {FEWEST} each on they are compared."
        )
        return TrialResult(teacher, student, None, finding)
    difference = _difference(student, teacher)
    value, low, high = (100 * each for each in (difference.value, difference.low, difference.high))
    if low > 0:
        finding = (
            f"You like your zega more: of 100 texts it gets {value:.0f} more thumbs up than the teacher "
            f"({low:.0f} to {high:.0f})."
        )
    elif high < 0:
        finding = (
            f"You like the teacher more: of 100 texts it gets {-value:.0f} more thumbs up than your zega "
            f"({-high:.0f} to {-low:.0f})."
        )
    else:
        finding = (
            f"Too close to tell: of 100 texts the teacher may get {-low:.0f} more thumbs up, or your "
            f"zega {high:.0f} more."
        )
    return TrialResult(teacher, student, difference, finding)


def _difference(one: Share, other: Share) -> Share:
    """The difference of two shares with its 95 % interval from their Wilson intervals (Newcombe,
    Statistics in Medicine 17, 1998, method 10); n is that of both."""
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Share(value, low, high, one.n + other.n)


def _share(up: int, down: int) -> Share | None:
    if not up + down:
        return None
    from engine.calibration.fit import share_of  # scipy takes a moment to load

    return share_of(up, up + down)
