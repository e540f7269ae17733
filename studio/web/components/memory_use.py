"""The memory on the Write page: whether it is used, what was recalled, and remembering a draft."""

from __future__ import annotations

import streamlit as st

from engine.domain.passage import MemoryUse
from engine.domain.story import Draft, Story
from engine.engine import Engine
from engine.errors import EngineError
from engine.rendering import MEMORY_TEXT
from studio.web import session
from studio.web.components.prose import prose
from studio.web.wording import plain


def choose_memory(studio: Engine) -> None:
    """A switch, once there is something to remember."""
    session.start_with("use_memory", True)
    st.toggle(
        "Use my memory",
        key=session.widget("use_memory"),
        persist_state="session",
        disabled=not remembers(studio),
        help="What you remembered and fits the prompt is read along. It goes wherever the prompt "
        "goes, and is never trained on.",
    )


def uses_memory(studio: Engine) -> bool:
    """Whether the next text is written with memory."""
    return bool(session.value("use_memory")) and remembers(studio)


def remembers(studio: Engine) -> bool:
    """Whether there is anything that could be recalled for a story."""
    return studio.memory.passages(session.me(), scope="own", limit=0).total > 0


def remember_button(studio: Engine, story: Story, draft: Draft) -> None:
    """Keep a draft in the memory."""
    st.button(
        "Remember",
        key=f"remember/{draft.id}",
        icon=":material/bookmark_add:",
        help="Keeps this text in your memory, to be recalled for what you write next.",
        on_click=remember,
        args=(studio, story, draft),
    )


def remember(studio: Engine, story: Story, draft: Draft) -> None:
    """What came of it is told in the run that follows."""
    try:
        done = studio.memory.remember_draft(story.user_id, story.id, draft.id)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
        return
    session.notice("Remembered." if done.passages else "This was remembered before.")


def recalled(studio: Engine, use: MemoryUse) -> None:
    """The passages a draft was given, with their scores, and what was cut."""
    if use.problem:
        st.info(plain(f"Written without your memory: {use.problem}"), icon=":material/cloud_off:")
    elif use.asked and not use.passages:
        st.caption("Nothing in your memory was near enough to this prompt.")
    there = {
        each.id: each
        for each in studio.store.passages.of_ids(
            session.me(), [one.passage_id for one in use.passages]
        )
    }
    if use.words:
        prose(MEMORY_TEXT)
    for one in use.passages:
        score = "pinned" if one.score is None else f"score {one.score:.2f}"
        cut = f", {one.words_cut:,} cut to fit" if one.words_cut else ""
        st.caption(plain(f"Memory · {score} · {one.words:,} words{cut}"))
        if one.passage_id not in there:
            st.caption("Forgotten since.")
        elif one.words:
            prose(beginning(there[one.passage_id].text, one.words))


def beginning(text: str, words: int) -> str:
    """So many words of a text, its line breaks kept."""
    place = 0
    for word in text.split()[:words]:
        place = text.index(word, place) + len(word)
    return text[:place]
