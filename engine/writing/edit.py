"""A person's own version of a text."""

from __future__ import annotations

from engine.domain.example import Author
from engine.domain.kind import Kind
from engine.domain.story import Draft, Story
from engine.errors import InvalidInput
from engine.quality.judge import rate
from engine.quality.score import Scorer
from engine.store import Store
from engine.writing.writer import new_example


def save_edit(
    store: Store,
    scorer: Scorer,
    kind: Kind,
    story: Story,
    text: str,
    edited_id: str | None,
    *,
    threshold: float,
) -> Draft:
    """A draft, and an example written by a person; `edited_id` names the draft it was made from, if any.

    Raises `InvalidInput` for an empty text, and `NotFound`.
    """
    if not text.strip():
        raise InvalidInput("text", "is empty")
    writer = story.user_id
    quality = rate(scorer, kind, text, prompt=story.prompt, genre=story.genre)
    example = new_example(
        store,
        kind,
        story,
        text,
        quality,
        author=Author.PERSON,
        generator=writer,
        threshold=threshold,
    )
    return store.stories.add_draft(
        writer,
        story.id,
        text=text,
        model=writer,
        seconds=0.0,
        completion_tokens=0,
        finish_reason="edited",
        quality=quality,
        example=example,
        edited_id=edited_id,
    )
