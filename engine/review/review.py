"""The review's verbs: what waits for a person, what they decide, and the way back.

Every decision is one short transaction that is on disk when the verb returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.calibration.threshold import threshold_of
from engine.domain.example import Example, Source
from engine.domain.quality import Quality
from engine.domain.review import (
    Action,
    Card,
    Decided,
    Order,
    Pile,
    ReviewFilter,
    ReviewProgress,
)
from engine.errors import InvalidInput
from engine.kinds import Kinds
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.review.bulk import apply_repair, preview_repair
from engine.review.diff import Change, changes
from engine.review.flags import flags_of
from engine.review.reasons import Reason, check_reasons, reasons
from engine.review.repair import Repair
from engine.review.replacement import person_wrote
from engine.review.views import Queue, Repaired, RepairPreview, Undone
from engine.store import Store

MOST_CHARACTERS = 100_000
MOST_OF_NOTE = 2000
EVERYTHING = ReviewFilter()


class Review:
    """All verbs. `reviewer` is whoever decides, if the door knows: each has steps back of their own."""

    def __init__(
        self, store: Store, scorer: Callable[[], Scorer], kinds: Kinds, *, threshold: float
    ) -> None:
        self._store = store
        self._scorer = scorer
        self._kinds = kinds
        self._threshold = threshold

    # Looking

    def queue(
        self,
        user_id: str,
        where: ReviewFilter = EVERYTHING,
        order: Order = Order.BORDERLINE,
        *,
        limit: int = 20,
        offset: int = 0,
    ) -> Queue:
        """One page of the texts to look at. Raises `InvalidInput`."""
        queue = self._store.review_queue
        found = queue.page(
            user_id,
            where,
            order,
            threshold=threshold_of(self._store, user_id, self._threshold),
            limit=limit,
            offset=offset,
        )
        total = queue.count(
            user_id, where, threshold=threshold_of(self._store, user_id, self._threshold)
        )
        return Queue(tuple(found), total)

    def next(
        self,
        user_id: str,
        where: ReviewFilter = EVERYTHING,
        order: Order = Order.BORDERLINE,
    ) -> Card | None:
        """The card to decide about now; None when nothing waits. A skipped one comes again last."""
        while True:
            found = self._store.review_queue.page(
                user_id,
                where,
                order,
                threshold=threshold_of(self._store, user_id, self._threshold),
                limit=1,
            )
            if not found:
                return None
            card = self.card(user_id, found[0].id)
            # Somebody else may have decided about it between the two looks.
            if where.pile is Pile.DECIDED or is_open(card.example):
                return card

    def card(self, user_id: str, example_id: str) -> Card:
        """The card of one text, decided about or not. Raises `NotFound`."""
        decisions = self._store.decisions
        # Before the text: what is decided between the two looks makes the card too old, not too new.
        seen = decisions.seen(user_id, [example_id])[example_id]
        example = self._store.examples.get(user_id, example_id)
        original_id = decisions.original_of(user_id, example_id)
        original = self._store.examples.get(user_id, original_id) if original_id else None
        ids = [each for each in (example_id, original_id) if each]
        return Card(
            example=example,
            seen=seen,
            flags=flags_of(example.completion, kind=example.kind),
            original=original,
            history=tuple(decisions.history(user_id, example_ids=ids)),
        )

    def progress(self, user_id: str, where: ReviewFilter = EVERYTHING) -> ReviewProgress:
        """How far the review of these texts is; with the job of a two-phase training, to its target.

        Raises `NotFound` for a job that is not there.
        """
        target = None
        if where.job_id is not None:
            job = self._store.jobs.get_for(user_id, where.job_id)
            target = job.request.get("target_summaries")
        return self._store.review_queue.progress(
            user_id,
            where,
            threshold=threshold_of(self._store, user_id, self._threshold),
            target=target,
        )

    def reasons(self) -> tuple[Reason, ...]:
        """What a text may be rejected for."""
        return reasons()

    def diff(self, card: Card) -> tuple[Change, ...]:
        """What was changed on the way from the original to this text; nothing without an original."""
        original = card.original
        return changes(original.completion, card.example.completion) if original else ()

    def history(self, user_id: str, *, limit: int = 100, offset: int = 0) -> list[Decided]:
        """What was decided, newest first, undone entries among it."""
        return self._store.decisions.history(user_id, limit=limit, offset=offset)

    # Deciding

    def accept(self, user_id: str, example_id: str, *, seen: int, reviewer: str = "") -> Decided:
        """Keep it, whatever its score. Raises `NotFound` and `DecidedMeanwhile`."""
        return self._store.decisions.decide(
            user_id, example_id, Action.ACCEPT, seen=seen, reviewer=reviewer
        )

    def reject(
        self,
        user_id: str,
        example_id: str,
        *,
        seen: int,
        reasons: Sequence[str] = (),
        note: str = "",
        reviewer: str = "",
    ) -> Decided:
        """Never train on it. Raises `InvalidInput`, `NotFound` and `DecidedMeanwhile`."""
        if len(note) > MOST_OF_NOTE:
            raise InvalidInput("note", f"is too long, at most {MOST_OF_NOTE:,} characters fit")
        return self._store.decisions.decide(
            user_id,
            example_id,
            Action.REJECT,
            seen=seen,
            reasons=check_reasons(reasons),
            note=note.strip(),
            reviewer=reviewer,
        )

    def edit(
        self, user_id: str, example_id: str, text: str, *, seen: int, reviewer: str = ""
    ) -> Example:
        """A person's own version, accepted in the place of the text, which stays linked to it.

        A text that is not changed is accepted as it is. Raises `InvalidInput` for one that is empty
        or too long, `NotFound` and `DecidedMeanwhile`.
        """
        text = _checked(text)
        original = self._store.examples.get(user_id, example_id)
        if text == original.completion.strip():
            self.accept(user_id, example_id, seen=seen, reviewer=reviewer)
            return self._store.examples.get(user_id, example_id)
        new = person_wrote(original, text, self._judge)
        (entry,) = self._store.decisions.replace(
            user_id, [(example_id, seen, new)], Action.EDIT, reviewer=reviewer
        )
        assert entry.result_id is not None
        return self._store.examples.get(user_id, entry.result_id)

    def skip(self, user_id: str, example_id: str, *, reviewer: str = "") -> Decided:
        """Put it at the end of the queue. Raises `NotFound`."""
        return self._store.decisions.decide(
            user_id, example_id, Action.SKIP, seen=0, reviewer=reviewer
        )

    def undo(self, user_id: str, *, reviewer: str = "") -> Undone | None:
        """Take back this reviewer's last step, and the one before when called again; None when there
        is no step left. Raises `DecidedMeanwhile` if others decided about it since."""
        entries = self._store.decisions.undo(user_id, reviewer=reviewer)
        return Undone(tuple(entries)) if entries else None

    # Many at once

    def preview_repair(
        self, user_id: str, repair: Repair, where: ReviewFilter = EVERYTHING
    ) -> RepairPreview:
        """What a rule would change among these texts. Nothing is changed. Raises `InvalidInput`."""
        return preview_repair(
            self._store,
            user_id,
            repair,
            where,
            threshold=threshold_of(self._store, user_id, self._threshold),
        )

    def apply_repair(
        self,
        user_id: str,
        preview: RepairPreview,
        *,
        reviewer: str = "",
        on_progress: Callable[[int], object] = lambda done: None,
    ) -> Repaired:
        """Change what was previewed, as one step for `undo`; `on_progress` hears how many are done.

        The mended texts are scored anew and still wait to be decided about. Raises `InvalidInput`.
        """
        return apply_repair(
            self._store,
            self._judge,
            user_id,
            preview,
            reviewer=reviewer,
            on_progress=on_progress,
        )

    def _judge(self, original: Example, text: str) -> Quality:
        kind = self._kinds.find(original.kind)
        # Own writing was asked for by nobody: its seed says which passage of which file it is.
        asked = "" if original.source is Source.OWN_WRITING else original.seed_prompt
        return rate(self._scorer(), kind, text, prompt=asked, genre=original.genre)


def is_open(example: Example) -> bool:
    """Whether nobody has decided about it."""
    return (example.decision, example.duplicate_of, example.erased_at) == (None, None, None)


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput("text", "is empty: reject the text instead")
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(
            "text", f"is {len(text):,} characters long, at most {MOST_CHARACTERS:,} fit"
        )
    return text
