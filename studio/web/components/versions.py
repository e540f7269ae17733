"""Versions of one's own model: cards with what they are, how they were measured, and a switch."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from engine.domain.version import Student, Version
from engine.engine import Engine
from engine.evaluation.measures import Measure, difference_sentence
from studio.web import session
from studio.web.components.before_after import before_after
from studio.web.components.errors import told
from studio.web.components.evaluated import (
    badges,
    evaluation_report,
    interval,
    quality_change,
)
from studio.web.navigation import DATA, MY_MODEL
from studio.web.wording import moment, plain, size

NEWEST = 3
NONE_ACTIVE = {
    Student.ZEGA: "The **untrained base** answers. Activate a version to write with it.",
    Student.T5: "No **T5** of yours answers. Activate a version to write with it.",
}
BACK = {Student.ZEGA: "Back to the base", Student.T5: "Back to no T5"}


def in_use(studio: Engine, active: Version | None, student: Student = Student.ZEGA) -> None:
    """Which version answers as this student now, and the two ways back."""
    user = session.me()
    if active is None:
        st.markdown(NONE_ACTIVE[student])
        return
    as_what = "your model" if student is Student.ZEGA else "your T5"
    st.markdown(f"**{plain(active.label)}** answers as {as_what}.")
    previous = studio.store.versions.previous(user, student)
    with st.container(horizontal=True):
        if previous is not None:
            back = f"Roll back to {previous.label}"
            if st.button(back, icon=":material/undo:"):
                with told():
                    studio.roll_back(user, student)
                    say_active(previous)
        if st.button(BACK[student], icon=":material/restart_alt:"):
            with told():
                studio.activate(user, None, student)
                say_active(None)


def active_ids(studio: Engine) -> set[str]:
    """Which versions answer: one of each student at most."""
    found = (studio.active_version(session.me(), student) for student in Student)
    return {version.id for version in found if version is not None}


def version_lines(studio: Engine) -> None:
    """The newest versions, a line each; everything about them is on the page My model."""
    active = active_ids(studio)
    for version in studio.store.versions.list(session.me(), limit=NEWEST):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(version.label)}** · {plain(line_of(version))}")
            if version.id in active:
                st.badge("active", icon=":material/check:", color="green")
            elif version.quarantined_at is not None:
                st.badge("quarantined", icon=":material/block:", color="red")
            else:
                activate_button(studio, version)
    st.page_link(MY_MODEL.path, label="All versions, with what they write", icon=MY_MODEL.icon)


def line_of(version: Version) -> str:
    """When it was made, then what it gained in loss and in quality, with intervals."""
    said = [f"{moment(version.created_at)}.", interval("Gain over the base", version.gain)]
    if version.comparisons:
        quality = quality_change(version.comparisons)
        said.append(difference_sentence(Measure.QUALITY, quality))
    return " ".join(said)


def version_card(studio: Engine, version: Version, *, is_active: bool) -> None:
    """One version with everything that is known of it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(version.label, width="content")
            if is_active:
                st.badge("active", icon=":material/check:", color="green")
            elif version.quarantined_at is not None:
                st.badge("quarantined", icon=":material/block:", color="red")
            else:
                activate_button(studio, version)
            badges(studio, version)
        if version.quarantined_at is not None:
            quarantined(version.number, version.quarantined_at)
        evaluation_report(studio, version)
        with st.expander("Before and after", icon=":material/compare_arrows:"):
            before_after(version)
        with st.expander("Where it comes from", icon=":material/account_tree:"):
            lineage(studio, version)


def quarantined(number: int, at: datetime) -> None:
    """Why this version answers no more, and where it says what was erased."""
    st.warning(
        plain(
            f"It learned a text that was erased on {moment(at)}, so it answers no more and its files "
            "are gone. Train again: the next version learns from what remains."
        )
    )
    if st.button("What was erased", key=f"erased/{number}", icon=DATA.icon, type="tertiary"):
        session.set_value("data/tab", "Erase")
        st.switch_page(DATA.path)


def activate_button(studio: Engine, version: Version) -> None:
    """Make this version answer."""
    if st.button("Activate", key=f"activate/{version.number}", icon=":material/play_arrow:"):
        with told():
            studio.activate(version.user_id, version.number)
            say_active(version)


def say_active(version: Version | None) -> None:
    """Draw the page again, with a toast."""
    session.notice(f"{version.label if version else 'The base'} answers in a few seconds.")
    st.rerun()


def lineage(studio: Engine, version: Version) -> None:
    """Base, recipe, sizes and checksums."""
    home = studio.settings.home
    adapter, gguf = home / version.adapter_path, home / version.gguf_path
    weights = sum(path.stat().st_size for path in adapter.glob("*") if path.is_file())
    served = gguf.stat().st_size if gguf.exists() else 0
    own = version.student is Student.ZEGA
    rows = {
        "Base model": version.base_model,
        "Recipe": version.recipe,
        "Adapter" if own else "Model": f"{size(weights)}, SHA-256 {version.adapter_sha256}",
        "Served file": f"{size(served)}, SHA-256 {version.gguf_sha256}",
        "Base file": f"SHA-256 {version.identity.base_sha256}",
        **({"Converted by": version.identity.converter} if own else {}),
        "Folder": str(adapter.parent if own else adapter),
    }
    for label, text in rows.items():
        st.caption(label)
        st.text(text, width="stretch")
