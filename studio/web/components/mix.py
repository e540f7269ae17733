"""Step 1 of Auto-Train: how many texts, of which genres, and the favourite mixes."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from engine.domain.kind import Kind
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told
from studio.web.components.kinds import choose_kind
from studio.web.wording import genre_label, plain

SURPRISE, CHOOSE = "Surprise me", "Choose genres"


@dataclass(frozen=True)
class Choice:
    """What is to be generated; no mix means all genres alike, unless genres were to be `chosen`."""

    num_examples: int
    mix: dict[str, float]
    chosen: bool
    store_in_memory: bool = False
    kind: str = "stories"

    @property
    def problem(self) -> str:
        """Why this cannot be started, if so."""
        if self.chosen and not any(self.mix.values()):
            return "Choose at least one genre and give it a weight above 0."
        return ""


def choose(studio: Engine) -> Choice:
    """Draw the widgets of step 1 and read them."""
    kind = choose_kind(studio, "batch_kind")
    session.start_with("num_examples", 40)
    count = st.slider(
        "How many texts?", 1, 500, key=session.widget("num_examples"), persist_state="session"
    )
    chosen = bool(kind.categories) and chooses_genres()
    mix = choose_mix(studio, kind) if chosen else {}
    if kind.categories and not chosen:
        st.caption("All genres alike, in random order.")
    st.caption("Generated texts only teach your model: they never show among your stories.")
    remember = st.toggle(
        "Store in memory",
        key=session.widget("store_in_memory"),
        persist_state="session",
        help="Kept texts can then be recalled, in a part of the memory of their own. "
        "They are never recalled for your stories.",
    )
    return Choice(count, mix, chosen, remember, kind.name)


def chooses_genres() -> bool:
    """Whether genres are to be chosen instead of drawn."""
    session.start_with("genre_mode", SURPRISE)
    mode = st.radio(
        "Which genres?",
        [SURPRISE, CHOOSE],
        horizontal=True,
        key=session.widget("genre_mode"),
        persist_state="session",
    )
    return mode == CHOOSE


def choose_mix(studio: Engine, kind: Kind) -> dict[str, float]:
    """Genres of a kind with a weight each; of stories also mixes saved before."""
    has_favourites = kind.name == "stories"
    name = "genres" if has_favourites else f"genres/{kind.name}"
    if has_favourites:
        favourites(studio)
    session.start_with(name, list(kind.categories[:2]))
    chosen = st.multiselect(
        "Genres",
        kind.categories,
        format_func=genre_label,
        key=session.widget(name),
        persist_state="session",
        placeholder="Choose at least one",
    )
    mix = {}
    columns = st.columns(2)
    for place, genre in enumerate(chosen):
        session.start_with(f"weight/{genre}", 50)
        with columns[place % 2]:
            mix[genre] = float(
                st.slider(
                    genre_label(genre),
                    0,
                    100,
                    key=session.widget(f"weight/{genre}"),
                    persist_state="session",
                )
            )
    whole = sum(mix.values())
    if whole:
        shares = (f"{genre_label(name)} {weight / whole:.0%}" for name, weight in mix.items())
        st.caption(plain("Together: " + ", ".join(shares)))
    if has_favourites:
        save_favourite(studio, mix)
    return mix


def favourites(studio: Engine) -> None:
    """A button for each saved mix."""
    saved = studio.favourites.list(session.me())
    if not saved:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Favourites")
        for name, mix in saved.items():
            st.button(
                plain(name),
                key=f"favourite/{name}",
                icon=":material/star:",
                on_click=take_favourite,
                args=(mix,),
            )


def take_favourite(mix: dict[str, float]) -> None:
    """Set genres and sliders to a saved mix."""
    session.set_value("genres", list(mix))
    for genre, weight in mix.items():
        session.set_value(f"weight/{genre}", int(weight))


def save_favourite(studio: Engine, mix: dict[str, float]) -> None:
    """Keep this mix under a name, or forget one."""
    with st.popover("Favourites", icon=":material/star:"):
        with st.form("favourite", border=False, clear_on_submit=True):
            name = st.text_input("Name of this mix", max_chars=40)
            if st.form_submit_button("Save this mix"):
                with told():
                    studio.favourites.save(session.me(), name, mix)
                    st.rerun()
        for saved in studio.favourites.list(session.me()):
            if st.button(f"Forget {plain(saved)}", key=f"forget/{saved}"):
                with told():
                    studio.favourites.save(session.me(), saved, None)
                    st.rerun()
