"""The Keywords tab: lists of words that must not get lost, and what became of them in a text."""

from __future__ import annotations

import streamlit as st

from engine.data.keyword_lists import KeywordsAdded
from engine.data.keywords import Coverage
from engine.domain.export import Selection
from engine.domain.keywords import KeywordList
from engine.engine import Engine
from engine.errors import EngineError
from studio.web import session
from studio.web.components.errors import told
from studio.web.components.marked import Mark, marked
from studio.web.wording import plain

SAFE = "Your lists are safe."
FILES, EXAMPLES = "A source and a text", "All my kept examples"


def show_keywords(studio: Engine) -> None:
    """The lists on the left, a report on the right."""
    st.markdown(
        "Words that a text must not lose: names of modules, terms of a trade, places of a novel. "
        "They are found however they are joined: `user account`, `USER_ACCOUNT`, `userAccounts`."
    )
    lists = studio.keywords.all(session.me())
    left, right = st.columns(2, gap="large")
    with left:
        chosen = one_of(studio, lists)
        add(studio, chosen)
    with right:
        if chosen is None:
            st.caption("With a list you see here which of its words a text kept.")
        else:
            report(studio, chosen)


def one_of(studio: Engine, lists: list[KeywordList]) -> KeywordList | None:
    """The list that is looked at, with its words."""
    if not lists:
        return None
    by_name = {each.name: each for each in lists}
    if (new := session.value("keywords/new")) in by_name:
        session.set_value("keywords/list", new)
        session.forget("keywords/new")
    if session.value("keywords/list") not in by_name:
        session.forget("keywords/list")
    name = st.selectbox(
        "List",
        list(by_name),
        format_func=lambda each: f"{each} ({len(by_name[each].keywords):,})",
        key=session.widget("keywords/list"),
        persist_state="session",
    )
    chosen = by_name[name]
    with st.expander(f"{len(chosen.keywords):,} keywords"):
        st.dataframe([{"Keyword": each} for each in chosen.keywords], hide_index=True, height=220)
        if st.button("Forget this list", icon=":material/delete:"):
            forget(studio, chosen)
    return chosen


def add(studio: Engine, chosen: KeywordList | None) -> None:
    """Paste or upload words, for this list or a new one."""
    st.subheader("Add keywords" if chosen else "Make a list")
    with st.form("keywords/add", border=False, clear_on_submit=True):
        name = st.text_input(
            "Name of the list", value=chosen.name if chosen else "", placeholder="Harbour terms"
        )
        text = st.text_area(
            "Keywords, one a line or separated by commas", placeholder="lighthouse\noil can"
        )
        file = st.file_uploader("Or a file", type=["txt", "csv"], max_upload_size=5)
        if not st.form_submit_button("Add", type="primary", icon=":material/add:"):
            return
    with told(safe=SAFE):
        if file is not None:
            text += "\n" + file.getvalue().decode("utf-8-sig", errors="replace")
        say(studio.keywords.add(session.me(), name, text))


def say(done: KeywordsAdded) -> None:
    """A toast with what came of it, on a page drawn again with that list."""
    session.set_value("keywords/new", done.list.name)
    again = f", {done.duplicates:,} were there already" if done.duplicates else ""
    session.notice(plain(f"{done.added:,} keywords added{again}."))
    st.rerun()


@st.dialog("Forget this list?")
def forget(studio: Engine, chosen: KeywordList) -> None:
    """What goes, and one button."""
    st.markdown(f"**{plain(chosen.name)}** with {len(chosen.keywords):,} keywords will be gone.")
    st.caption("Your texts stay as they are.")
    with st.container(horizontal=True):
        sure = st.button(
            "Forget it",
            type="primary",
            icon=":material/delete_forever:",
            on_click=forget_now,
            args=(studio, chosen.name),
        )
        if st.button("Keep it") or sure:
            st.rerun()  # closes the dialog


def forget_now(studio: Engine, name: str) -> None:
    """What came of it is told in the run that follows."""
    try:
        studio.keywords.remove(session.me(), name)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
        return
    session.notice("The list is forgotten.")


def report(studio: Engine, chosen: KeywordList) -> None:
    """What became of the list's words: in one text, or in all examples."""
    st.subheader("What was kept?")
    of = st.radio(
        "Look at",
        [FILES, EXAMPLES],
        key=session.widget("keywords/of"),
        persist_state="session",
        horizontal=True,
        label_visibility="collapsed",
    )
    user = session.me()
    if of == EXAMPLES:
        st.caption("Each prompt is a source, its text the answer. Many texts take a while.")
        if st.button("Count", type="primary", icon=":material/fact_check:"):
            with told(safe=SAFE), st.spinner("Counting"):
                figures(studio.keywords.report_examples(user, chosen.name, Selection()))
        return
    source = st.text_area("Source", key=session.widget("keywords/source"), persist_state="session")
    text = st.text_area(
        "What was made of it", key=session.widget("keywords/text"), persist_state="session"
    )
    if source.strip() and text.strip():
        with told(safe=SAFE):
            found = studio.keywords.spans(user, chosen.name, text)
            figures(studio.keywords.report(user, chosen.name, source, text))
            marked(text, [Mark(each.start, each.end, each.keyword, True) for each in found])


def figures(found: Coverage) -> None:
    """The share, and each word with how often it was kept."""
    if found.share is None:
        st.info("None of the keywords is in the source.", icon=":material/search_off:")
        return
    with st.container(horizontal=True, gap="medium"):
        st.metric("Kept", f"{found.share:.1%}", width="content")
        st.metric("Occurrences", f"{found.kept:,} of {found.occurrences:,}", width="content")
        st.metric("Words found", f"{len(found.uses):,} of {found.keywords:,}", width="content")
        st.metric("Variants", f"{found.variants:,}", width="content")
    st.dataframe(
        [
            {"Keyword": each.keyword, "Kept": each.kept, "In the source": each.occurrences}
            for each in sorted(found.uses, key=lambda use: use.kept - use.occurrences)
        ],
        hide_index=True,
        height="content" if len(found.uses) < 8 else 300,
    )
