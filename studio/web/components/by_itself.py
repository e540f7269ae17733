"""What starts by itself, on Auto-Train: a training at a number of new texts, and texts every day."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

from engine.automation.clock import zones
from engine.automation.train_at import MOST
from engine.domain.job import Job, JobState
from engine.domain.schedule import LastRun, Schedule
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told
from studio.web.components.schedule_form import open_form, schedule_form
from studio.web.wording import coming, genre_label, moment, plain

REMOVED = "schedule/removed"


def by_itself(studio: Engine) -> None:
    """The section: the number first, then the schedule."""
    threshold(studio)
    found = studio.automation.schedule(session.me())
    if found is None:
        no_schedule(studio)
    else:
        schedule(studio, found)
    schedule_form(studio, found, my_zone())


def threshold(studio: Engine) -> None:
    """The number at which a training starts; it is saved as it is changed."""
    now = studio.automation.train_at(session.me())
    key = session.widget(f"train_at/{now}")  # changed elsewhere, it is shown anew
    with st.container(width=420):
        st.number_input(
            "New examples that start a training",
            min_value=0,
            max_value=MOST,
            value=now,
            step=5,
            key=key,
            help="Whatever they come from: writing, review, imports. 0 means that a training starts "
            "only when you ask for it.",
            on_change=save_threshold,
            args=(studio, key),
        )
    if not now:
        st.caption("A training starts only when you ask for it.")


def save_threshold(studio: Engine, key: str) -> None:
    """Take over what the field has now."""
    with told():
        chosen = studio.automation.set_train_at(session.me(), int(st.session_state[key]))
        session.notice(f"A training starts at {chosen:,} new examples." if chosen else "Saved.")


def no_schedule(studio: Engine) -> None:
    """The empty state; after a removal, with the way back."""
    removed: Schedule | None = session.value(REMOVED)
    if removed is None:
        st.caption("Nothing is written every day yet: choose a time, and how many texts.")
    else:
        st.caption(plain(f"Removed: every day at {removed.at}, {what(removed)}."))
    with st.container(horizontal=True):
        st.button(
            "Write every day",
            icon=":material/event_repeat:",
            key="schedule/new",
            on_click=open_form,
        )
        if removed is not None:
            st.button(
                "Undo", icon=":material/undo:", key="schedule/undo", on_click=undo, args=(studio,)
            )


def schedule(studio: Engine, found: Schedule) -> None:
    """When it comes next, how the last one went, and what can be done about it."""
    job = studio.automation.last_job(session.me(), found)
    with st.container(border=True):
        st.markdown(f"**{plain(next_line(found))}**")
        if found.last is not None:
            st.caption(plain(last_line(found.last, job, my_clock(found))))
        with st.container(horizontal=True):
            act(studio, found, busy=job is not None and not job.state.is_final)


def act(studio: Engine, found: Schedule, *, busy: bool) -> None:
    """The buttons."""
    me = session.me()
    if st.button("Run now", icon=":material/play_arrow:", key="schedule/run", disabled=busy):
        with told():
            studio.automation.run_now(me)
            session.notice("Started. It goes on when you leave this page.")
            st.rerun()
    label, icon = ("Resume", "play_circle") if found.is_paused else ("Pause", "pause_circle")
    if st.button(label, icon=f":material/{icon}:", key="schedule/pause"):
        with told():
            studio.automation.pause(me, not found.is_paused)
            st.rerun()
    st.button("Change", icon=":material/edit:", key="schedule/change", on_click=open_form)
    if st.button("Remove", icon=":material/delete:", key="schedule/remove"):
        session.set_value(REMOVED, studio.automation.remove_schedule(me))
        st.rerun()


def undo(studio: Engine) -> None:
    """Set again what was removed."""
    removed: Schedule = session.value(REMOVED)
    with told():
        studio.automation.set_schedule(
            session.me(),
            at=removed.at,
            zone=removed.zone,
            num_examples=removed.num_examples,
            mix=removed.mix,
            kind=removed.kind,
            store_in_memory=removed.store_in_memory,
            paused=removed.is_paused,
        )
        session.forget(REMOVED)


def coming_line(studio: Engine) -> None:
    """For the dashboard's queue: what comes next by itself, if anything does."""
    found = studio.automation.schedule(session.me())
    if found is not None and not found.is_paused:
        st.caption(plain(f"Next by itself: {next_line(found)}"))


def next_line(found: Schedule) -> str:
    """E.g. `Tomorrow at 03:00: 20 texts, random mix.`"""
    if found.next_at is None:
        return f"Paused: every day at {found.at}, {what(found)}."
    clock = my_clock(found)
    there = "" if str(clock) == found.zone else f" ({found.at} in {found.zone})"
    return f"{coming(found.next_at, datetime.now(clock))}{there}: {what(found)}."


def what(found: Schedule) -> str:
    """E.g. `20 texts, horror 75%, romance 25%`."""
    texts = "1 text" if found.num_examples == 1 else f"{found.num_examples} texts"
    kind = "" if found.kind == "stories" else f" ({genre_label(found.kind).lower()})"
    whole = sum(found.mix.values())
    shares = [f"{genre_label(name)} {value / whole:.0%}" for name, value in found.mix.items()]
    return f"{texts}{kind}, {', '.join(shares) if whole else 'random mix'}"


def last_line(last: LastRun, job: Job | None, clock: tzinfo) -> str:
    """How the newest turn went."""
    at = moment(last.at, clock)
    if job is None:
        return f"Last turn, {at}: skipped. {last.skipped}"
    late = ", late, because the studio was closed at its time" if last.is_late else ""
    return f"Last turn, {at}{late}: {outcome(job)}"


def outcome(job: Job) -> str:
    """What became of an auto-training, in a few words."""
    if job.state is JobState.SUCCEEDED:
        return f"{job.result.get('kept', 0)} of {job.request['num_examples']} texts kept."
    if job.state is JobState.FAILED:
        return f"it failed. {job.error}"
    if job.state is JobState.CANCELLED:
        return "it was cancelled."
    return "it runs now." if job.state is JobState.RUNNING else "it waits for its turn."


def my_zone() -> str:
    """The zone of this browser; UTC where it tells none that is known."""
    told_zone = st.context.timezone
    return told_zone if told_zone in zones() else "UTC"


def my_clock(found: Schedule) -> ZoneInfo:
    """The clock to tell times by: the browser's, else the schedule's own."""
    return ZoneInfo(my_zone() if st.context.timezone in zones() else found.zone)
