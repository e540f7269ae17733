"""Mending many texts by a rule: say it, look at what it would change, then do it. One step to undo."""

from __future__ import annotations

import streamlit as st

from engine.domain.review import ReviewFilter
from engine.engine import Engine
from engine.errors import EngineError
from engine.review import Repair, RepairKind, RepairPreview
from engine.review.diff import changes
from studio.web import session
from studio.web.components.errors import told
from studio.web.components.marked import compared
from studio.web.wording import plain

AROUND = 120  # letters beside a change that are enough to judge it
MENDING = "Each text is scored anew. A click anywhere else stops it."
RULES = {
    RepairKind.STRIP_START: "Take off what is said before the text (“Sure, here is…”)",
    RepairKind.STRIP_END: "Take off what is said after the text (“I hope you like it”)",
    RepairKind.WHOLE_SENTENCES: "End with the last whole sentence",
    RepairKind.QUOTES: "Make quotation marks straight",
    RepairKind.REPLACE: "Find and replace",
}


def mend_many(studio: Engine, where: ReviewFilter) -> None:
    """The rule, its preview and the button that applies it to the pile that is open."""
    with st.expander("Mend many texts at once", icon=":material/build:"):
        repair = choose_rule()
        st.button(
            "Show what would change",
            icon=":material/preview:",
            on_click=preview,
            args=(studio, repair, where),
        )
        found: RepairPreview | None = session.value("review/preview")
        # Of this rule and these texts: another pile holds others.
        if found is not None and (found.repair, found.where) == (repair, where):
            show_preview(studio, found)


def choose_rule() -> Repair:
    kind = st.selectbox(
        "Rule",
        list(RULES),
        format_func=RULES.__getitem__,
        key=session.widget("review/rule"),
        persist_state="session",
    )
    if kind is not RepairKind.REPLACE:
        return Repair(kind)
    left, right = st.columns(2)
    find = left.text_input("Find", key=session.widget("review/find"))
    replacement = right.text_input("Replace with", key=session.widget("review/replacement"))
    with st.container(horizontal=True):
        regex = st.checkbox("Regular expression", key=session.widget("review/regex"))
        case = st.checkbox("Match case", key=session.widget("review/case"))
    return Repair(kind, find, replacement, regex=regex, match_case=case)


def show_preview(studio: Engine, found: RepairPreview) -> None:
    """How many would change, the first of them before and after."""
    if not found.changed:
        st.info(f"None of the {found.scanned:,} texts here would change.", icon=":material/info:")
        return
    st.markdown(f"**{found.changed:,} of {found.scanned:,} texts would change.**")
    if found.emptied:
        st.caption(f"{found.emptied:,} are left alone: nothing would remain of them.")
    for sample in found.samples:
        with st.container(border=True):
            compared(changes(sample.before, sample.after), around=AROUND)
    texts = "1 text" if found.changed == 1 else f"{found.changed:,} texts"
    if st.button(f"Mend {texts}", type="primary", icon=":material/build:"):
        with told(safe="What was mended until then stays: Undo takes it back."):
            bar = st.progress(0.0, text=MENDING)
            done = studio.review.apply_repair(
                session.me(),
                found,
                on_progress=lambda count: bar.progress(count / found.changed, text=MENDING),
            )
            session.forget("review/preview")
            left = f" {done.left_out:,} had changed meanwhile." if done.left_out else ""
            session.notice(plain(f"Mended: {done.changed:,}.{left} Undo takes it back."))
            st.rerun()


def preview(studio: Engine, repair: Repair, where: ReviewFilter) -> None:
    try:
        found = studio.review.preview_repair(session.me(), repair, where)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
        return
    session.set_value("review/preview", found)
