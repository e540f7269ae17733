"""Adding to the memory: paste a text, upload files, take in a copy; and the copy to download."""

from __future__ import annotations

import streamlit as st

from engine.data.documents import ENDINGS, MAX_MB
from engine.engine import Engine
from engine.memory.views import Remembered
from studio.web import session
from studio.web.components.errors import told
from studio.web.wording import plain

NOTHING_TAKEN = "What you remembered before is safe."


def add(studio: Engine) -> None:
    """Two ways to add."""
    paste(studio)
    upload(studio)


def paste(studio: Engine) -> None:
    """One text, a fact or a whole chapter."""
    with st.form("remember", border=False, clear_on_submit=True):
        text = st.text_area(
            "Paste a text",
            height=130,
            placeholder="Mara hid the brass key under the third stair of the lighthouse.",
        )
        title = st.text_input("Title", max_chars=200, placeholder="optional")
        if not st.form_submit_button("Remember", type="primary", icon=":material/bookmark_add:"):
            return
    with told(safe=NOTHING_TAKEN):
        say(studio.memory.remember(session.me(), text, title=title))


def upload(studio: Engine) -> None:
    """Files. One that cannot be read is named; the others are taken."""
    with st.form("upload", border=False, clear_on_submit=True):
        files = st.file_uploader(
            f"Upload {', '.join(ENDINGS)}",
            max_upload_size=MAX_MB,
            type=[ending[1:] for ending in ENDINGS],
            accept_multiple_files=True,
        )
        if not st.form_submit_button("Remember these files", icon=":material/upload_file:"):
            return
    done: list[Remembered] = []
    refused = False
    with st.spinner("Reading"):
        for file in files or ():
            refused = True
            with told(safe=NOTHING_TAKEN):
                done.append(studio.memory.upload(session.me(), file.name, file.getvalue()))
                refused = False
    if done and not refused:
        say(*done)


def as_file(studio: Engine, *, there: bool) -> None:
    """A copy of everything, if anything is `there`, and the way back."""
    user = session.me()
    if there:
        st.download_button(
            "Download a copy",
            lambda: studio.memory.export(user),
            file_name=f"memory-{user}.jsonl",
            mime="application/x-ndjson",
            icon=":material/download:",
            on_click="ignore",
        )
    with st.form("import", border=False, clear_on_submit=True):
        file = st.file_uploader("Take in a copy (.jsonl)", type=["jsonl"])
        if not st.form_submit_button("Take it in", icon=":material/upload:") or file is None:
            return
    with told(safe=NOTHING_TAKEN):
        say(studio.memory.import_(user, file.getvalue()))


def say(*done: Remembered) -> None:
    """A toast with what came of it, on a page drawn again."""
    added = sum(len(each.passages) for each in done)
    merged, waiting = sum(each.merged for each in done), sum(each.waiting for each in done)
    parts = [f"{added:,} passage{'' if added == 1 else 's'} remembered"]
    if merged:
        parts.append(f"{merged:,} were there already")
    if waiting:
        parts.append(f"{waiting:,} can be recalled in a moment")
    session.notice(plain(", ".join(parts)))
    st.rerun()
