"""From an example to chat messages: the one place where it is decided what a model reads.

Generation, training, evaluation and serving all call `render`, so that a student is asked exactly as
it was taught. Genre and style are part of the prompt; recalled memory is context, and is never
stored or trained on.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.base import Message

# An explicit system text: SmolLM2's chat template inserts a text of its own otherwise.
SYSTEM_TEXT = "You are a writer of fiction. Answer with the story only."

# Stands before recalled passages.
MEMORY_TEXT = "What the writer remembers. Draw on it where it fits, in new words:"

# What a story is asked to be long; the generator cuts at a sentence end within MAX_WORDS.
TARGET_WORDS = 150


def story_prompt(seed_prompt: str, *, genre: str | None = None, style: str | None = None) -> str:
    """The full request for a story: length, genre, the idea and the style.

    >>> story_prompt("A clock runs backwards.", genre="sci_fi", style="Be brief.")
    'Write a science fiction story of about 150 words. A clock runs backwards. Be brief.'
    """
    names = {"sci_fi": "science fiction", "dark_fantasy": "dark fantasy"}
    wanted = f"{names.get(genre, genre)} story" if genre else "story"
    article = "an" if wanted[0] in "aeiou" else "a"
    parts = [f"Write {article} {wanted} of about {TARGET_WORDS} words.", seed_prompt.strip()]
    if style:
        parts.append(style.strip())
    return " ".join(parts)


def render(prompt: str, memory: Sequence[str] = ()) -> list[Message]:
    """The messages a model reads for a stored prompt; the answer follows as the assistant's turn.

    Recalled passages join the instructions, so that the request reads as it does in training.
    """
    system = "\n\n".join([SYSTEM_TEXT, MEMORY_TEXT, *memory]) if memory else SYSTEM_TEXT
    return [Message("system", system), Message("user", prompt)]
