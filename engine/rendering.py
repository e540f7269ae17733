"""From an example to chat messages: the one place where it is decided what a model reads.

Generation, training, evaluation and serving all call `render`, so that a student is asked exactly as
it was taught. Genre and style are part of the prompt that `request_for` makes; recalled memory and a
shown answer are context, and are never stored or trained on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.domain.kind import Kind
from engine.kinds import stories
from models.base import Message

# Stands before recalled passages.
MEMORY_TEXT = "What the writer remembers. Draw on it where it fits, in new words:"
_ARTICLE = re.compile(r"\b([Aa])\(n\)(?= (\w))")


def request_for(
    kind: Kind, idea: str, *, genre: str | None = None, style: str | None = None
) -> str:
    """The full request that is stored as the prompt: the kind's form with the idea in it.

    >>> request_for(stories(), "A clock runs backwards.", genre="sci_fi", style="Be brief.")
    'Write a science fiction story of about 150 words. A clock runs backwards. Be brief.'
    """
    category = kind.wording.get(genre, genre.replace("_", " ")) if genre else ""
    form = kind.form.replace("{category} ", f"{category} " if category else "")
    form = with_articles(form)
    form = form if style else form.replace(" {style}", "")
    return form.format(idea=idea.strip(), style=(style or "").strip(), category=category)


def with_articles(text: str) -> str:
    """The text with each `a(n)` as the word after it wants it.

    >>> with_articles("a(n) old clock, a(n) lamp")
    'an old clock, a lamp'
    """
    return _ARTICLE.sub(lambda found: found[1] + ("n" if found[2] in "aeiouAEIOU" else ""), text)


def story_prompt(seed_prompt: str, *, genre: str | None = None, style: str | None = None) -> str:
    """The full request for a story."""
    return request_for(stories(), seed_prompt, genre=genre, style=style)


def render(
    prompt: str, memory: Sequence[str] = (), *, system: str = "", shown: Sequence[Message] = ()
) -> list[Message]:
    """The messages a model reads for a stored prompt; the answer follows as the assistant's turn.

    `system` is the text of the prompt's kind; without one, that of stories. Recalled passages join
    it, so that the request reads as it does in training. `shown` turns stand before the request.
    """
    system = system or stories().system
    system = "\n\n".join([system, MEMORY_TEXT, *memory]) if memory else system
    return [Message("system", system), *shown, Message("user", prompt)]


def read_by_seq2seq(messages: Sequence[Message]) -> str:
    """What an encoder-decoder model reads of the messages: the last request alone, as it was taught."""
    return next(each.content for each in reversed(messages) if each.role == "user")


def shown_to_teachers(kind: Kind) -> list[Message]:
    """The request and its good answer that teachers see before theirs; students never do."""
    if kind.shown is None:
        return []
    asked = request_for(kind, kind.shown.idea)
    return [Message("user", asked), Message("assistant", kind.shown.answer)]
