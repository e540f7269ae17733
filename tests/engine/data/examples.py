"""Examples for tests of data that comes in and goes out."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.example import Author, Source
from engine.domain.quality import Quality
from engine.store.examples import NewExample


def new_example(user_id: str = "anna", score: float = 8.0, **values: object) -> NewExample:
    """A kept teacher's text, not stored yet; `values` replace any other field."""
    new = NewExample(
        user_id=user_id,
        kind="stories",
        genre="fantasy",
        style="Be brief.",
        seed_prompt="A wizard loses her map.",
        prompt="Write a fantasy story of about 150 words. A wizard loses her map. Be brief.",
        completion="She had drawn it herself.",
        source=Source.WRITE,
        author=Author.TEACHER,
        generator="smollm2-135m",
        quality=Quality(score, {"ending": 9.5}, ("one loop",)),
    )
    return replace(new, **values)  # type: ignore[arg-type]
