"""Begin a text: which model writes it, and what is refused before one is asked."""

from __future__ import annotations

from typing import Literal

from engine.domain.example import Author
from engine.domain.story import Story
from engine.errors import InvalidInput, NotFound
from engine.quality.score import Scorer
from engine.serving.resolve import student, teacher, wait_for
from engine.store import Store
from engine.writing.writer import Sampling, Writing

Writer = Literal["teacher", "student"]

MOST_CHARACTERS = 4000


def check_prompt(prompt: str) -> None:
    """Raise `InvalidInput` for a prompt that is empty or too long."""
    if not prompt.strip():
        raise InvalidInput("prompt", "is empty: write what the story is about")
    if len(prompt) > MOST_CHARACTERS:
        raise InvalidInput(
            "prompt", f"is {len(prompt):,} characters long, at most {MOST_CHARACTERS:,} fit"
        )


def begin(
    store: Store,
    scorer: Scorer,
    story: Story,
    writer: Writer,
    *,
    sampling: Sampling,
    threshold: float,
    so_far: str,
) -> Writing:
    """The next draft of a story, ready to stream. Raises `Unavailable` when that model is not served
    in time, and `NotFound` for a student that was never trained."""
    if writer == "student":
        version = store.versions.active(story.user_id)
        if version is None:
            raise NotFound("trained model of", story.user_id)
        model = wait_for(lambda: student(store, version))
        author = Author.STUDENT
    else:
        model, author = wait_for(lambda: teacher(store)), Author.TEACHER
    return Writing(
        store,
        scorer,
        model,
        author,
        story,
        sampling=sampling,
        threshold=threshold,
        so_far=so_far,
    )
