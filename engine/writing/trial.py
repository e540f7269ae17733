"""The A/B between teacher and student: which of the two writes a text that a teacher is asked for."""

from __future__ import annotations

import hashlib

from engine.domain.example import Author
from engine.domain.story import Story
from engine.serving.resolve import student
from engine.store import Store
from engine.writing.writer import Voice
from models.errors import Unavailable


def contender(store: Store, user_id: str) -> Voice | None:
    """The student, if it can write at once: nobody waits for a lot that was drawn."""
    version = store.versions.active(user_id)
    if version is None:
        return None
    try:
        return Voice(student(store, version), Author.STUDENT, version)
    except Unavailable:
        return None


def is_students_turn(story: Story, share: int) -> bool:
    """Whether the student writes the next draft of a story, at a share in percent.

    Drawn by a hash of the story's id and the draft's number: as good as by lot, and the same when it
    is asked again, so that trying twice draws no other.
    """
    mark = hashlib.sha256(f"{story.id}/{len(story.drafts)}".encode()).digest()
    return int.from_bytes(mark[:8], "big") % 100 < share
