"""Drafts of a story: one at a time with a pager, its figures, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from engine.domain.example import Author
from engine.domain.story import Draft, Story
from engine.domain.version import model_name
from engine.engine import Engine
from engine.writing.begin import Writer
from studio.web import session
from studio.web.components.errors import told
from studio.web.components.kinds import text_of
from studio.web.components.memory_use import remember_button
from studio.web.components.quality import quality_popover
from studio.web.components.taken_back import writer_taken_back
from studio.web.components.thumbs import UNSEEN, reveal_button, thumbs
from studio.web.wording import duration, plain, words

ENDINGS = {
    "closed": "stopped early",
    "length": "cut at its longest: continue goes on",
    "edited": "your edit",
}


def story_drafts(studio: Engine, story: Story, writers: tuple[Writer, ...]) -> None:
    """All drafts in one column, or the student's beside the others when both write."""
    if len(writers) == 1:
        draft_column(studio, story, list(story.drafts), "all", writers[0])
        return
    left, right = st.columns(2, gap="medium")
    mine = [draft for draft in story.drafts if is_students(draft, story.user_id)]
    unseen = any(draft.is_blind for draft in story.drafts)
    rest = [draft for draft in story.drafts if draft not in mine]
    with left:
        st.markdown("**Teacher**, your edits and A/B" if unseen else "**Teacher**, and your edits")
        draft_column(studio, story, rest, "teacher", "teacher")
    with right:
        st.markdown("**My zega**")
        draft_column(studio, story, mine, "student", "student")


def is_students(draft: Draft, user: str) -> bool:
    """Whether a version of the user's own model wrote it, and that may be shown: those are named
    `zega-<user> v<n>`."""
    return not draft.is_blind and draft.model.startswith(f"{model_name(user)} v")


def draft_column(
    studio: Engine, story: Story, drafts: list[Draft], column: str, writer: Writer
) -> None:
    """The draft that is shown in this column, with everything around it."""
    if not drafts:
        st.caption("No text here yet.")
        regenerate(story, writer, column, "Write")
        return
    numbers = [draft.number for draft in drafts]
    shown = session.draft_shown(column)
    place = numbers.index(shown) if shown in numbers else len(drafts) - 1
    draft = drafts[place]
    if session.editing() == draft.id:
        edit(studio, story, draft, column)
        return
    with st.container(border=True):
        text_of(studio.kinds.find(story.kind), draft.text)
    figures(draft)
    writer_taken_back(studio, draft)
    actions(studio, story, draft, writer, column)
    if len(drafts) > 1:
        pager(numbers, place, column)


def figures(draft: Draft) -> None:
    """Who wrote it, how long it is, how fast it came, how good it is; unseen without who and how fast."""
    parts = [UNSEEN if draft.is_blind else plain(draft.model), f"{words(draft.text):,} words"]
    if draft.seconds > 0 and not draft.is_blind:
        parts.append(plain(duration(draft.seconds)))
        parts.append(plain(f"{draft.completion_tokens / draft.seconds:.0f} tokens/s"))
    if draft.finish_reason in ENDINGS:
        parts.append(ENDINGS[draft.finish_reason])
    with st.container(horizontal=True, vertical_alignment="center"):
        quality_popover(draft.quality, key=f"quality/{draft.id}")
        st.caption(" · ".join(parts), width="content")


def actions(studio: Engine, story: Story, draft: Draft, writer: Writer, column: str) -> None:
    """Continue, regenerate, edit, thumbs, copy, download."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(
            "Continue",
            key=f"continue/{draft.id}",
            icon=":material/resume:",
            on_click=session.ask,
            args=(session.Ask(story.id, (continuing(draft, writer),), draft, column),),
        )
        regenerate(story, writer, column, "Regenerate")
        st.button(
            "Edit",
            key=f"edit/{draft.id}",
            icon=":material/edit:",
            on_click=session.edit,
            args=(draft.id,),
        )
        remember_button(studio, story, draft)
        with st.popover("Copy", icon=":material/content_copy:"):
            st.caption("Use the copy button at the text's upper right.")
            st.code(draft.text, language=None, wrap_lines=True, height=240)
        st.download_button(
            "Download",
            draft.text,
            file_name=f"story-{draft.number}.txt",
            mime="text/plain",
            key=f"download/{draft.id}",
            icon=":material/download:",
            on_click="ignore",
        )
        if draft.is_blind:
            reveal_button(studio, draft)
        thumbs(studio, draft)


def regenerate(story: Story, writer: Writer, column: str, label: str) -> None:
    """Another draft; the ones before stay behind the pager."""
    st.button(
        label,
        key=f"again/{story.id}/{column}",
        icon=":material/refresh:",
        help="Writes another draft. No draft is ever lost.",
        on_click=session.ask,
        args=(session.Ask(story.id, (writer,), None, column),),
    )


def continuing(draft: Draft, writer: Writer) -> Writer:
    """Who goes on: of an A/B that was revealed, who wrote it."""
    if draft.trial is None or draft.is_blind:
        return writer
    return "student" if draft.trial.author is Author.STUDENT else "teacher"


def edit(studio: Engine, story: Story, draft: Draft, column: str) -> None:
    """The text in a field. Saving makes a draft of your own; the one before stays."""
    text = st.text_area(
        "Your version", draft.text, key=session.widget(f"text/{draft.id}"), height=420
    )
    with st.container(horizontal=True):
        if st.button("Save my version", type="primary", icon=":material/save:"):
            with told(safe="The draft before it is safe."):
                studio.save_edit(story.user_id, story.id, text, draft.id)
                session.edit(None)
                session.show_draft(column, None)
                session.notice("Saved as a draft of your own.")
                st.rerun()
        st.button("Discard", on_click=session.edit, args=(None,))


def pager(numbers: list[int], place: int, column: str) -> None:
    """`2 of 5`, with a step to either side."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(
            "",
            key=f"earlier/{column}",
            icon=":material/chevron_left:",
            help="Earlier draft",
            disabled=place == 0,
            on_click=session.show_draft,
            args=(column, numbers[max(0, place - 1)]),
        )
        st.caption(f"Draft {place + 1} of {len(numbers)}", width="content")
        st.button(
            "",
            key=f"later/{column}",
            icon=":material/chevron_right:",
            help="Later draft",
            disabled=place == len(numbers) - 1,
            on_click=session.show_draft,
            args=(column, numbers[min(len(numbers) - 1, place + 1)]),
        )
