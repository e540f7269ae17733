"""My stories: everything this name has asked for, newest first, to be opened again."""

from __future__ import annotations

import streamlit as st

from engine.domain.story import Story
from engine.engine import Engine
from studio.web import session
from studio.web.wording import moment, plain, shortened

SHOWN = 30


def opened(studio: Engine) -> Story | None:
    """The story that is open, if any."""
    story_id = session.story_id()
    return studio.store.stories.get(session.me(), story_id) if story_id else None


def my_stories(studio: Engine) -> None:
    """A button for each story."""
    stories = studio.store.stories.list(session.me(), SHOWN)
    if not stories:
        st.caption("Nothing here yet. What you write is kept here.")
    for story in stories:
        count = len(story.drafts)
        st.button(
            plain(shortened(story.prompt, 70)),
            key=f"story/{story.id}",
            type="tertiary",
            help=f"{plain(moment(story.created_at))} · {count} draft{'' if count == 1 else 's'}",
            disabled=story.id == session.story_id(),
            on_click=session.open_story,
            args=(story.id,),
        )
