"""Write: a prompt, the text as it comes, and what the model saw beside it."""

from __future__ import annotations

import streamlit as st

from studio.web import session
from studio.web.components.context import context
from studio.web.components.drafts import story_drafts
from studio.web.components.errors import show_error
from studio.web.components.memory_use import uses_memory
from studio.web.components.prose import prose
from studio.web.components.stories import my_stories, opened
from studio.web.components.streaming import stream
from studio.web.components.write_form import chosen_writers, sampling, write_form
from studio.web.connection import engine
from studio.web.wording import plain

studio = engine()
st.title("Write")

writers = chosen_writers(studio)
# Two texts side by side need the room; then what is beside a single text stands below them.
columns = st.columns([4, 9] if len(writers) > 1 else [4, 7, 4], gap="medium")
form, text = columns[0], columns[1].container()
beside = columns[1].container() if len(writers) > 1 else columns[2]
story = opened(studio)
with form:
    write_form(studio)
with beside:
    if story is not None:
        st.subheader("What the model saw")
        context(studio, story)
    st.subheader("My stories")
    my_stories(studio)
with text:
    if failure := session.take_failure():
        show_error(failure.message, failure.code, safe=failure.safe)
    if remark := session.take_remark():
        st.info(plain(remark), icon=":material/swap_horiz:")
    if story is None:
        st.markdown("Say in a sentence what happens, choose **Write**, and watch it come.")
    else:
        prose(story.prompt)
        live = st.container()
        if ask := session.take_ask():
            st.empty()  # takes the place of the drafts, so that only the new text is in sight
            with live:
                stream(studio, ask, sampling(), memory=uses_memory(studio))
        with st.container():
            story_drafts(studio, story, writers)
