"""The form of the daily schedule: when, how many, of what."""

from __future__ import annotations

from datetime import time

import streamlit as st

from engine.automation.automation import NUM_EXAMPLES
from engine.automation.clock import zones
from engine.autotrain.plan import MAX_EXAMPLES
from engine.domain.kind import Kind
from engine.domain.schedule import Schedule
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told
from studio.web.wording import genre_label, plain

RANDOM, CHOOSE = "Random mix", "Genres you choose"
OPEN = "schedule/open"
FIRST = Schedule("03:00", "UTC", NUM_EXAMPLES, {}, "stories", False, None)


def open_form(is_open: bool = True) -> None:
    """Show the form in the next run, or do not."""
    session.set_value(OPEN, is_open)


def schedule_form(studio: Engine, found: Schedule | None, zone: str) -> None:
    """If it is open: a new schedule, which starts with the browser's zone, or the one to change."""
    if not session.value(OPEN):
        return
    with st.container(border=True):
        fields(studio, found or FIRST, found.zone if found else zone)


def fields(studio: Engine, now: Schedule, zone: str) -> None:
    """What can be chosen, and the way out."""
    left, right = st.columns(2)
    at = left.time_input("At", time.fromisoformat(now.at), step=900, key=_key("at"))
    names, titles = list(zones()), {kind.name: kind.title for kind in studio.kinds.all()}
    place = names.index(zone) if zone in names else names.index("UTC")
    where = right.selectbox("On the clock of", names, place, key=_key("zone"))
    left, right = st.columns(2)
    count = left.number_input(
        "How many texts", 1, MAX_EXAMPLES, now.num_examples, key=_key("count")
    )
    kinds = list(titles)
    kind = right.selectbox(
        "Kind of text",
        kinds,
        kinds.index(now.kind) if now.kind in kinds else 0,
        format_func=lambda name: titles[name],
        key=_key("kind"),
    )
    mix = choose_mix(studio, studio.kinds.find(kind), now)
    remember = st.toggle("Store in memory", now.store_in_memory, key=_key("memory"))
    with st.container(horizontal=True):
        save = st.button(
            "Save",
            icon=":material/check:",
            key="schedule/save",
            disabled=mix is None or at is None,
        )
        st.button("Cancel", key="schedule/close", on_click=open_form, args=(False,))
    if save:
        with told():
            studio.automation.set_schedule(
                session.me(),
                at=f"{at:%H:%M}",
                zone=where,
                num_examples=int(count),
                mix=mix,
                kind=kind,
                store_in_memory=remember,
            )
            open_form(False)
            session.notice("Saved.")
            st.rerun()


def choose_mix(studio: Engine, kind: Kind, now: Schedule) -> dict[str, float] | None:
    """A random mix, the one there is, a favourite, or genres all alike; None while nothing is chosen."""
    if not kind.categories:
        return {}
    mixes: dict[str, dict[str, float]] = {RANDOM: {}}
    if now.mix and now.kind == kind.name:
        mixes["As it is now"] = now.mix
    if kind.name == "stories":
        saved = studio.favourites.list(session.me())
        mixes |= {f"Favourite: {name}": mix for name, mix in saved.items()}
    options = [*mixes, CHOOSE]
    first = 1 if "As it is now" in mixes else 0
    picked = st.selectbox("Genres", options, first, key=_key(f"mix/{kind.name}"))
    if picked != CHOOSE:
        mix = mixes[picked]
        if mix:
            whole = sum(mix.values())
            shares = (f"{genre_label(name)} {each / whole:.0%}" for name, each in mix.items())
            st.caption(plain(", ".join(shares)))
        return mix
    genres = st.multiselect(
        "Genres, all alike",
        kind.categories,
        format_func=genre_label,
        placeholder="Choose at least one",
        key=_key(f"genres/{kind.name}"),
    )
    return dict.fromkeys(genres, 1.0) or None


def _key(name: str) -> str:
    return session.widget(f"schedule/{name}")
