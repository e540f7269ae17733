"""The passages of a memory: a table to look at, change and forget from, and what would be recalled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.domain.passage import Passage, PassageType, Scope
from engine.engine import Engine
from engine.errors import EngineError
from engine.memory.views import MemoryState
from studio.web import session
from studio.web.components.errors import told
from studio.web.components.prose import prose
from studio.web.wording import day, plain, shortened

ROWS = 25
GLANCE = 240  # letters of a passage that are enough to know it again
ANY = "any"
SCOPES = {ANY: "Everything", Scope.OWN.value: "My own", Scope.TRAINING.value: "Training texts"}
WIDTHS = {"Choose": 90, "Text": 280, "Title": 110, "Type": 70, "Part": 100, "Added": 95, "Used": 60}
COLUMNS = {
    **{name: st.column_config.Column(width=pixels) for name, pixels in WIDTHS.items()},
    "Pinned": st.column_config.CheckboxColumn(help="Recalled for every text", width=90),
    "On": st.column_config.CheckboxColumn(help="Off: kept, and recalled for none", width=60),
}
TYPES = {ANY: "Any type", "story": "Stories", "note": "Notes", "upload": "Uploads"}


def state_line(state: MemoryState) -> None:
    """How much there is, and whether it can be recalled."""
    if state.problem:
        st.info(plain(state.problem), icon=":material/cloud_off:")
    count = f"{state.passages:,} passage{'' if state.passages == 1 else 's'}"
    waiting = f", {state.waiting:,} still to be indexed" if state.waiting else ""
    st.caption(plain(f"{count}{waiting}."))


def table(studio: Engine) -> None:
    """One page of passages. Cells for title, text, pinned and on can be changed in place."""
    user = session.me()
    scope, kind, contains = filters()
    page_number = int(session.value("memory/page", 1))
    page = studio.memory.passages(
        user, scope=scope, type=kind, contains=contains, limit=ROWS, offset=ROWS * (page_number - 1)
    )
    ids = tuple(each.id for each in page.passages)
    key = session.widget(f"memory/table/{session.value('memory/round', 0)}/{hash(ids)}")
    shown = st.data_editor(
        [row(each) for each in page.passages],
        key=key,
        hide_index=True,
        num_rows="fixed",
        disabled=["Type", "Part", "Added", "Used"],
        column_config=COLUMNS,
    )
    take_changes(studio, ids, st.session_state[key]["edited_rows"])
    pages = max(1, -(-page.total // ROWS))
    if pages > 1:
        st.number_input(
            f"Page (of {pages:,})", 1, pages, key=session.widget("memory/page"), width=160
        )
    chosen = [ids[place] for place, each in enumerate(shown) if each["Choose"]]
    if st.button(
        f"Forget {len(chosen)} chosen" if chosen else "Forget chosen",
        icon=":material/delete:",
        disabled=not chosen,
    ):
        forget(studio, chosen)


def filters() -> tuple[str | None, str | None, str]:
    """What the table is narrowed to."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = st.selectbox(
            "Part", list(SCOPES), format_func=SCOPES.__getitem__, key=session.widget("memory/scope")
        )
        kind = st.selectbox(
            "Type", list(TYPES), format_func=TYPES.__getitem__, key=session.widget("memory/type")
        )
        contains = st.text_input("With the words", key=session.widget("memory/contains"))
    return (None if scope == ANY else scope, None if kind == ANY else kind, contains.strip())


def row(passage: Passage) -> dict[str, object]:
    """A passage as a row of the table."""
    return {
        "Choose": False,
        "On": passage.active,
        "Pinned": passage.pinned,
        "Text": passage.text,
        "Title": passage.title,
        "Type": PassageType(passage.type).value,
        "Part": SCOPES[passage.scope.value],
        "Added": day(passage.created_at),
        "Used": passage.used,
    }


def take_changes(
    studio: Engine, ids: Sequence[str], edited: Mapping[int, Mapping[str, Any]]
) -> None:
    """Store what was changed in cells and draw the table anew; choosing rows changes nothing."""
    changes = {ids[int(place)]: cells for place, cells in edited.items() if {*cells} - {"Choose"}}
    if not changes:
        return
    user, memory = session.me(), studio.memory
    try:
        for passage_id, cells in changes.items():
            if "Text" in cells or "Title" in cells:
                text, title = cells.get("Text"), cells.get("Title")
                memory.edit(user, passage_id, text=text, title=title)
            if "Pinned" in cells:
                memory.pin(user, passage_id, cells["Pinned"])
            if "On" in cells:
                memory.switch(user, passage_id, cells["On"])
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
    session.set_value("memory/round", session.value("memory/round", 0) + 1)
    st.rerun()


@st.dialog("Forget for good?")
def forget(studio: Engine, ids: Sequence[str]) -> None:
    """What goes, what remains, and one button."""
    user = session.me()
    passages = studio.store.passages.of_ids(user, ids)
    st.markdown(f"**{len(passages)}** passage{'' if len(passages) == 1 else 's'} will be gone:")
    for each in passages[:5]:
        prose(shortened(each.text, 120))
    if len(passages) > 5:
        st.caption(f"and {len(passages) - 5} more.")
    remaining = studio.memory.traces(user, ids)
    if remaining.sentence:
        st.warning(plain(remaining.sentence), icon=":material/warning:")
    st.caption("Stories on your shelf stay. This cannot be undone.")
    with st.container(horizontal=True):
        sure = st.button(
            "Forget for good",
            type="primary",
            icon=":material/delete_forever:",
            on_click=forget_now,
            args=(studio, ids),
        )
        if st.button("Keep them") or sure:
            st.rerun()  # closes the dialog


def forget_now(studio: Engine, ids: Sequence[str]) -> None:
    """What came of it is told in the run that follows."""
    try:
        done = studio.memory.forget(session.me(), ids)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
        return
    count = f"{done.count} passage{'' if done.count == 1 else 's'} forgotten."
    session.notice(plain(f"{count} {done.remaining.sentence}"))


def would_be_recalled(studio: Engine) -> None:
    """What a prompt would bring back, with scores."""
    query = st.text_input(
        "What would be recalled for …",
        key=session.widget("memory/query"),
        placeholder="Where is the brass key?",
    )
    training = st.toggle("Training texts too", key=session.widget("memory/training"))
    if not query.strip():
        return
    scopes = ("own", "training") if training else ("own",)
    with told(safe="What you remember is safe."):
        found = studio.memory.recall(session.me(), query, k=5, scopes=scopes)
        if not found:
            st.caption("Nothing yet.")
        for each in found:
            score = "pinned" if each.score is None else f"score {each.score:.2f}"
            title = f" · {each.passage.title}" if each.passage.title else ""
            with st.container(border=True, gap="xxsmall"):
                st.caption(plain(f"{score}{title}"))
                prose(shortened(each.passage.text, GLANCE))
