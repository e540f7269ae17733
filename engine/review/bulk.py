"""Mending many texts by one rule: looked at first, done as one step, taken back as one step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from engine.domain.example import Example
from engine.domain.review import Action, ReviewFilter
from engine.errors import InvalidInput
from engine.review.repair import Repair, check_repair, repaired
from engine.review.replacement import Judge, rule_mended
from engine.review.views import Repaired, RepairPreview, Sample
from engine.store import Store

SAMPLES = 5
AT_ONCE = 500
# A rule that takes longer over all texts is one that nobody waits for.
PREVIEW_SECONDS = 60.0


def preview_repair(
    store: Store, user_id: str, repair: Repair, where: ReviewFilter, *, threshold: float
) -> RepairPreview:
    """What a rule would change among the texts of a queue. Raises `InvalidInput`."""
    check_repair(repair)
    deadline = time.monotonic() + PREVIEW_SECONDS
    scanned = emptied = 0
    ids: list[str] = []
    samples: list[Sample] = []
    for example in _all(store, user_id, where, threshold):
        scanned += 1
        after = repaired(repair, example.completion)
        if after == example.completion:
            continue
        if not after.strip():
            emptied += 1
            continue
        ids.append(example.id)
        if len(samples) < SAMPLES:
            samples.append(Sample(example.id, example.completion, after))
        if time.monotonic() > deadline:
            raise InvalidInput("find", f"takes too long on {scanned:,} texts: word it simpler")
    stood = store.decisions.seen(user_id, ids)
    targets = tuple((each, stood[each]) for each in ids)
    return RepairPreview(repair, where, scanned, emptied, targets, tuple(samples))


def apply_repair(
    store: Store,
    judge: Judge,
    user_id: str,
    preview: RepairPreview,
    *,
    reviewer: str,
    on_progress: Callable[[int], object],
) -> Repaired:
    """Change what was previewed and still stands as it did then.

    AT_ONCE texts a transaction, so that others can write in between; all of them are one step, also
    what a crash left of it.
    """
    check_repair(preview.repair)
    step, changed = uuid4().hex, 0
    for start in range(0, preview.changed, AT_ONCE):
        targets = dict(preview.targets[start : start + AT_ONCE])
        stands = store.decisions.seen(user_id, list(targets))
        found = store.examples.of_ids(user_id, list(targets))
        news = []
        for example in found:
            if stands[example.id] != targets[example.id] or not _is_there(example):
                continue
            after = repaired(preview.repair, example.completion)
            if after.strip() and after != example.completion:
                new = rule_mended(example, after, judge)
                news.append((example.id, stands[example.id], new))
        store.decisions.replace(user_id, news, Action.REPAIR, step=step, reviewer=reviewer)
        changed += len(news)
        on_progress(changed)
    return Repaired(changed, preview.changed - changed)


def _all(store: Store, user_id: str, where: ReviewFilter, threshold: float) -> Iterator[Example]:
    after = ""
    while True:
        page = store.review_queue.texts(
            user_id, where, threshold=threshold, after=after, limit=AT_ONCE
        )
        if not page:
            return
        yield from page
        after = page[-1].id


def _is_there(example: Example) -> bool:
    return example.duplicate_of is None and example.erased_at is None
