"""What was imported: how it goes while it runs, what came of it, and a way to take it back."""

from __future__ import annotations

import streamlit as st

from engine.domain.imports import Import
from engine.domain.job import Job, JobState
from engine.engine import Engine
from engine.errors import EngineError
from studio.web import session
from studio.web.components.errors import show_error
from studio.web.components.jobs import bar, cancel_button
from studio.web.wording import moment, plain, shortened

EVERY_SECONDS = 2
SHOWN = 10
REFUSED_SHOWN = 100
ENDED = {
    JobState.CANCELLED: "Stopped before its end. What was taken in until then is kept.",
    JobState.FAILED: "It ended early. What was taken in until then is kept.",
}


def past_imports(studio: Engine) -> None:
    """The newest imports, kept up to date while one of them runs."""
    found = studio.imports.list(session.me(), limit=SHOWN)
    if not found:
        return
    st.subheader("Imported before")
    for each in found:
        job = studio.job(session.me(), each.id)
        with st.container(border=True, gap="xsmall"):
            if job.state.is_final:
                ended(studio, each, job)
            else:
                running(studio, each.id)


@st.fragment(run_every=EVERY_SECONDS)
def running(studio: Engine, import_id: str) -> None:
    """A bar with a way to stop it; the page is drawn anew at its end."""
    job = studio.job(session.me(), import_id)
    if job.state.is_final:
        st.rerun()
    bar(job, title="Import")
    cancel_button(studio, job, key=f"import/cancel/{job.id}")


def ended(studio: Engine, found: Import, job: Job) -> None:
    """What came of an import."""
    names = ", ".join(file.name for file in found.files)
    st.markdown(f"**{plain(shortened(names, 90))}**")
    st.caption(plain(f"{moment(found.created_at)} · {counts(found)}"))
    if job.state in ENDED:
        st.caption(ENDED[job.state])
    if job.error:
        show_error(job.error, job.error_code)
    by_template = sum(file.by_template for file in found.files)
    if found.note and by_template:
        why = f"The teacher was no help: {found.note} {by_template:,} prompts come from a template."
        st.warning(plain(why))
    left_out(studio, found)
    if found.undone_at:
        st.caption(plain(f"Undone {moment(found.undone_at)}."))
    elif found.accepted and st.button(
        "Undo", key=f"import/undo/{found.id}", icon=":material/undo:"
    ):
        undo(studio, found)


def counts(found: Import) -> str:
    """E.g. `3 files, 120 examples, 2 rows refused`."""
    parts = [
        f"{len(found.files)} file{'' if len(found.files) == 1 else 's'}",
        f"{found.accepted:,} example{'' if found.accepted == 1 else 's'}",
    ]
    if found.rejected:
        parts.append(f"{found.rejected:,} row{'' if found.rejected == 1 else 's'} refused")
    return ", ".join(parts)


def left_out(studio: Engine, found: Import) -> None:
    """Files and rows that were not taken in, on a click."""
    if not found.rejected and not found.skipped:
        return
    with st.expander("What was left out, and why"):
        for file in found.skipped:
            st.markdown(plain(f"{file.name}: {file.problem}."))
        refused = studio.imports.rejections(session.me(), found.id, limit=REFUSED_SHOWN)
        for row in refused:
            st.markdown(plain(f"{found.files[row.file].name}, row {row.row}: {row.reason}."))
        if found.rejected > len(refused):
            st.caption(f"and {found.rejected - len(refused):,} more")


@st.dialog("Undo this import?")
def undo(studio: Engine, found: Import) -> None:
    """What goes, what stays, and one button."""
    st.markdown(
        plain(f"{found.accepted:,} examples came of it. They will be removed, all but those that ")
        + plain("a training set, an export or a decision of yours still holds.")
    )
    st.caption("Your files are yours: you can import them again.")
    with st.container(horizontal=True):
        sure = st.button(
            "Undo the import",
            type="primary",
            icon=":material/undo:",
            on_click=undo_now,
            args=(studio, found.id),
        )
        if st.button("Keep it") or sure:
            st.rerun()  # closes the dialog


def undo_now(studio: Engine, import_id: str) -> None:
    """What came of it is told in the run that follows."""
    try:
        done = studio.imports.undo(session.me(), import_id)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
        return
    stay = f" {done.staying:,} stay, because something else holds them." if done.staying else ""
    session.notice(plain(f"{done.removed:,} examples removed.{stay}"))
