"""What the model saw: every message it read for the text in view, word for word."""

from __future__ import annotations

import streamlit as st

from engine.domain.story import Story
from engine.engine import Engine
from engine.writing.writer import messages_for
from studio.web import session
from studio.web.components.prose import prose
from studio.web.wording import words

ROLES = {"system": "Instructions", "user": "Request", "assistant": "Your text so far"}


def context(studio: Engine, story: Story) -> None:
    """The messages and how much of what the model can read they take."""
    ask = session.last_ask()
    continued = ask.continued if ask and ask.story_id == story.id else None
    messages = messages_for(story, continued.text if continued else "")
    for message in messages:
        st.caption(ROLES[message.role])
        prose(message.content)
    count = sum(words(message.content) for message in messages)
    st.caption(
        f"{count:,} words of context, none cut. The model reads {studio.settings.context:,} tokens "
        "at once, its answer included (a token is about three quarters of a word)."
    )
