"""What the model saw: instructions, recalled passages and request, word for word."""

from __future__ import annotations

import streamlit as st

from engine.domain.kind import Kind
from engine.domain.passage import MemoryUse
from engine.domain.story import Story
from engine.engine import Engine
from engine.rendering import MEMORY_TEXT, shown_to_teachers
from engine.writing.writer import messages_for
from studio.web import session
from studio.web.components.memory_use import recalled
from studio.web.components.prose import prose
from studio.web.wording import words

ROLES = {"system": "Instructions", "user": "Request", "assistant": "Your text so far"}


def context(studio: Engine, story: Story) -> None:
    """The messages, what the memory added, and how much of what the model can read they take."""
    ask = session.last_ask()
    continued = ask.continued if ask and ask.story_id == story.id else None
    use = memory_of(story)
    kind = studio.kinds.find(story.kind)
    messages = messages_for(kind, story, continued.text if continued else "")
    for message in messages:
        st.caption(ROLES[message.role])
        prose(message.content)
        if message.role == "system":
            recalled(studio, use)
            shown_before(kind)
    count = sum(words(message.content) for message in messages) + use.words
    count += words(MEMORY_TEXT) if use.words else 0
    cut = f"{use.words_cut:,} words of memory cut to fit" if use.words_cut else "none cut"
    st.caption(
        f"{count:,} words of context, {cut}. The model reads {studio.settings.context:,} tokens "
        "at once, its answer included (a token is about three quarters of a word)."
    )


def shown_before(kind: Kind) -> None:
    """The request with its good answer that a teacher reads before this one."""
    if example := shown_to_teachers(kind):
        with st.expander("An example, for teachers only"):
            for message in example:
                prose(message.content)


def memory_of(story: Story) -> MemoryUse:
    """What of the memory went into the draft that is shown; into the newest one of several."""
    shown = session.draft_shown("all")
    drafts = [draft for draft in story.drafts if shown in (None, draft.number)] or story.drafts
    return drafts[-1].memory if drafts else MemoryUse()
