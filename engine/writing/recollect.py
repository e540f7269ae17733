"""Memory for a text that is about to be written: what is near to it, within what the model reads."""

from __future__ import annotations

from engine.domain.kind import Kind
from engine.domain.story import Story
from engine.memory.memory import Memory
from engine.memory.recollection import Recollection, room_for
from engine.writing.writer import messages_for

# Of a text that is continued, its last words say what comes next.
LAST_WORDS = 80


def recollect(
    memory: Memory, kind: Kind, story: Story, *, so_far: str, max_tokens: int, context: int
) -> Recollection:
    """What of the user's memory goes into the next draft of a story. Raises nothing.

    `context` is what the model reads at once, in tokens, an answer of `max_tokens` included.
    """
    request = "\n".join(message.content for message in messages_for(kind, story, so_far))
    last_words = " ".join(so_far.split()[-LAST_WORDS:])
    query = f"{story.prompt}\n{last_words}".strip()
    room = room_for(context, max_tokens=max_tokens, request=request)
    return memory.recollect(story.user_id, query, room=room)
