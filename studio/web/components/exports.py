"""The Export tab: which examples leave, in which form, and what left before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from engine.data.export import FORMS
from engine.domain.example import Source
from engine.domain.export import Selection, Which
from engine.engine import Engine
from studio.web import session
from studio.web.components.examples import SOURCES
from studio.web.wording import genre_label, moment, plain

ANY = "any"
WHICH = {
    Which.KEPT: "Kept texts",
    Which.TRAINABLE: "What my model learns from",
    Which.ALL: "Everything",
}
PLACE = "download in a browser"


def show_export(studio: Engine) -> None:
    """What to take along, the button, and the newest exports."""
    st.markdown("Your examples belong to you. Take them along in a form that other programs read.")
    chosen = selection(studio)
    count = studio.exports.count(session.me(), chosen)
    form = st.selectbox(
        "Form",
        list(FORMS),
        format_func=lambda name: FORMS[name].title,
        key=session.widget("export/form"),
        persist_state="session",
        width=240,
    )
    download(studio, form, chosen, count)
    st.caption(plain(FORMS[form].purpose))
    history(studio)


def selection(studio: Engine) -> Selection:
    """Which examples, by four choices in a row."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.selectbox(
            "Which",
            list(WHICH),
            format_func=WHICH.__getitem__,
            key=session.widget("export/which"),
            persist_state="session",
            width=220,
        )
        source = choice("From", {each.value: label for each, label in SOURCES.items()})
        genre = choice("Genre", {each: genre_label(each) for each in studio.genres()})
        kind = choice("Kind", {each.name: each.title for each in studio.kinds.all()})
    return Selection(which, kind, genre, Source(source) if source else None)


def choice(label: str, options: dict[str, str]) -> str | None:
    """One of the options, or None for any."""
    labels = {ANY: "Any", **options}
    chosen = st.selectbox(
        label,
        list(labels),
        format_func=labels.__getitem__,
        key=session.widget(f"export/{label}"),
        persist_state="session",
        width=170,
    )
    return None if chosen == ANY else chosen


def download(studio: Engine, form: str, chosen: Selection, count: int, *, key: str = "") -> None:
    """The button; the file is made when it is pressed."""
    files = FORMS[form].files
    name = files[0] if len(files) == 1 else f"{form}.zip"
    st.download_button(
        f"Download {count:,} example{'' if count == 1 else 's'}",
        content(studio, session.me(), form, chosen),
        file_name=name,
        mime="application/octet-stream",
        icon=":material/download:",
        type="secondary" if key else "primary",
        disabled=not count,
        on_click="ignore",
        key=session.widget(f"export/download/{key}"),
    )
    if not count and not key:
        st.caption("There are no such examples. Choose others, or write and keep some first.")


def content(studio: Engine, user: str, form: str, chosen: Selection) -> Callable[[], bytes]:
    """What makes the file; it runs outside the page, which knows nobody's name then."""
    return partial(read_file, studio, user, form, chosen)


def read_file(studio: Engine, user: str, form: str, chosen: Selection) -> bytes:
    with studio.exports.as_file(user, form, chosen, place=PLACE) as path:
        return path.read_bytes()


def history(studio: Engine) -> None:
    """The newest exports, where there are any."""
    done = studio.exports.list(session.me(), limit=10)
    if not done:
        return
    st.subheader("What left before")
    st.dataframe(
        [
            {
                "When": moment(each.created_at),
                "Examples": each.examples,
                "Form": FORMS[each.format].title if each.format in FORMS else each.format,
                "Where to": each.place,
            }
            for each in done
        ],
        hide_index=True,
    )
    st.caption("Erasing a text tells which of these hold it. The copies themselves are yours.")
