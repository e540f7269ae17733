"""Feedback: a thumb with reasons and a note on any text, who wrote it unseen, and what it all comes to."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.feedback import FeedbackFigures, Remark, Role
from engine.domain.version import model_name
from engine.errors import InvalidInput
from engine.feedback.figures import figures_of
from engine.feedback.reasons import check_reasons, reasons_for
from engine.review.reasons import Reason
from engine.store import Store
from models.catalog import base_models

MOST_OF_NOTE = 1000
MOST_SHARE = 50
# The preference that holds the share.
SHARE = "ab_share"


class Feedback:
    """Verbs around what a person says about texts. A thumb down keeps a text out of training."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def reasons(self, thumb: int) -> tuple[Reason, ...]:
        """What may be given as a reason for a thumb up (1) or down (-1)."""
        return reasons_for(thumb)

    def give(
        self,
        user_id: str,
        thumb: int,
        *,
        draft_id: str | None = None,
        example_id: str | None = None,
        reasons: Sequence[str] | None = None,
        note: str | None = None,
    ) -> Remark:
        """A thumb up (1), down (-1, no longer trained on) or none (0), on a draft or an example.

        Reasons and note may come later, with the same thumb: what is None stays. Another thumb drops
        them. Raises `InvalidInput` and `NotFound`.
        """
        if (draft_id is None) == (example_id is None):
            raise InvalidInput("draft_id", "or example_id must be given, and not both")
        if reasons is not None:
            reasons = check_reasons(thumb, reasons)
        if note is not None:
            note = note.strip()
            if note and not thumb:
                raise InvalidInput("note", "needs a thumb, up or down")
            if len(note) > MOST_OF_NOTE:
                raise InvalidInput(
                    "note", f"is {len(note):,} characters long, at most {MOST_OF_NOTE:,} fit"
                )
        return self._store.feedback.give(
            user_id, thumb, draft_id=draft_id, example_id=example_id, reasons=reasons, note=note
        )

    def of(self, user_id: str, draft_id: str) -> Remark:
        """What was said about a draft. Raises `NotFound`."""
        return self._store.feedback.of(user_id, draft_id)

    def figures(self, user_id: str) -> FeedbackFigures:
        """Thumbs and edits by writer, reasons, and the A/B, with their intervals."""
        feedback = self._store.feedback
        return figures_of(
            feedback.thumbs(user_id),
            feedback.edits(user_id),
            feedback.reasons(user_id),
            feedback.trials(user_id),
            role_of=lambda writer: role_of(user_id, writer),
            is_on=self.share(user_id) > 0,
        )

    # The A/B between teacher and student (engine/writing/trial.py)

    def share(self, user_id: str) -> int:
        """The percentage of what a teacher is asked for on Write that the user's own model writes."""
        return int(self._store.preferences.get(user_id, SHARE, 0))

    def set_share(self, user_id: str, percent: int) -> None:
        """Set it; 0 ends the A/B. Raises `InvalidInput`, and `NotFound` for an unknown user."""
        if isinstance(percent, bool) or not 0 <= percent <= MOST_SHARE:
            raise InvalidInput("percent", f"must be from 0 to {MOST_SHARE}, got {percent}")
        self._store.preferences.set(user_id, SHARE, percent)

    def reveal(self, user_id: str, draft_id: str) -> None:
        """Show who wrote a draft; its thumb says nothing in the A/B then. Raises `NotFound`."""
        self._store.feedback.reveal(user_id, draft_id)


def role_of(user_id: str, writer: str) -> Role:
    """What a writer is to the user, by its name: versions of their own are named after them or T5s."""
    if writer.startswith((f"{model_name(user_id)} v", "t5-retrained-")):
        return Role.OWN
    return Role.BASE if writer in {base.name for base in base_models()} else Role.TEACHER
