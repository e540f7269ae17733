"""The arena: two answers side by side, a vote by key, then who wrote which."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.domain.vote import Choice, Pair, Vote
from engine.engine import Engine
from engine.errors import EngineError, WrongState
from models.errors import ModelError
from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.errors import show_error
from studio.web.components.keys import keys
from studio.web.components.prose import prose
from studio.web.navigation import AUTO_TRAIN
from studio.web.wording import genre_label, plain

REVEALED = "arena/revealed"  # the vote just cast, a Vote
DECIDED = "arena/decided"  # the pair that was voted on or skipped last, its id
SAFE = "Your votes are safe, and an answer that came is kept."
BUTTONS = {
    Choice.LEFT: ("Left is better (1)", "arrow_back"),
    Choice.RIGHT: ("Right is better (2)", "arrow_forward"),
    Choice.TIE: ("Equally good (3)", "drag_handle"),
    Choice.BOTH_BAD: ("Both bad (4)", "thumb_down"),
}
KEYS = {str(number): f"arena-{choice.value}" for number, choice in enumerate(BUTTONS, start=1)}
KEYS |= {"s": "arena-skip", "n": "arena-next", "z": "arena-undo"}


def show_arena(studio: Engine) -> None:
    """The vote just cast, else a pair to vote on, or why there is none.

    All of it takes one place, so that nothing of the pair before is left while the next is written.
    """
    place = st.empty()
    revealed: Vote | None = session.value(REVEALED)
    if revealed is not None:
        with place.container():
            show_revealed(studio, revealed)
    else:
        pair = studio.arena.pair(session.me())
        if pair is None:
            nothing_to_compare()
            return
        show_when_written(studio, pair, place)
    keys(KEYS)


def nothing_to_compare() -> None:
    empty(
        "There is only one model to ask so far, and two are needed. Train a model of your own, or "
        "choose a teacher in Settings.",
        "Go to Auto-Train",
        AUTO_TRAIN,
    )


def show_when_written(studio: Engine, pair: Pair, place: DeltaGenerator) -> None:
    """The pair, whose answers may have to be written now, or why one did not come."""
    if not pair.is_whole:
        count = itertools.count(1)
        place.progress(0.0, text="Two models are writing. You see both texts when both are there.")

        def one_more() -> None:
            place.progress(next(count) / 2, text="One answer is there, the other is being written.")

        try:
            pair = studio.arena.write(session.me(), pair, one_more)
        except (EngineError, ModelError) as error:
            with place.container():
                show_failure(studio, pair, error)
            return
    with place.container():
        show_pair(studio, pair)


def show_failure(studio: Engine, pair: Pair, error: EngineError | ModelError) -> None:
    """What went wrong, and the two ways to go on."""
    show_error(str(error), error.code, safe=SAFE)
    with st.container(horizontal=True):
        st.button("Try again", icon=":material/refresh:", type="primary", key="arena-again")
        skip_button(studio, pair, "Another pair (S)")
        undo_button(studio)


def show_pair(studio: Engine, pair: Pair) -> None:
    """Both texts without a word of who wrote them, and the ways to vote."""
    show_texts(pair, "Left", "Right")
    with st.container(horizontal=True):
        for choice, (label, icon) in BUTTONS.items():
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"arena-{choice.value}-{pair.id}",
                on_click=cast,
                args=(studio, pair.id, choice),
            )
        skip_button(studio, pair, "Skip (S)")
        undo_button(studio)


def show_revealed(studio: Engine, vote: Vote) -> None:
    """Who wrote what, above the same texts."""
    st.success(plain(verdict(vote)), icon=":material/how_to_vote:")
    show_texts(vote, f"Left: {vote.left_model}", f"Right: {vote.right_model}")
    with st.container(horizontal=True):
        st.button(
            "Next pair (N)",
            icon=":material/navigate_next:",
            type="primary",
            key="arena-next",
            on_click=session.forget,
            args=(REVEALED,),
        )
        undo_button(studio)


def show_texts(shown: Pair | Vote, left: str, right: str) -> None:
    """What was asked, and both texts under these headings."""
    with st.container(border=True):
        st.caption("What was asked")
        prose(shown.prompt)
        facts = [genre_label(shown.genre) if shown.genre else shown.kind, shown.style or ""]
        st.caption(plain(" · ".join(fact for fact in facts if fact)))
    columns = st.columns(2, gap="medium")
    for column, heading, text in zip(
        columns, (left, right), (shown.left_text, shown.right_text), strict=True
    ):
        with column, st.container(border=True):
            st.markdown(f"**{plain(heading)}**")
            prose(text)


def skip_button(studio: Engine, pair: Pair, label: str) -> None:
    st.button(
        label,
        icon=":material/skip_next:",
        key=f"arena-skip-{pair.id}",
        on_click=skip,
        args=(studio, pair.id),
    )


def undo_button(studio: Engine) -> None:
    newest = studio.arena.newest_vote(session.me())
    vote_id = newest.id if newest else ""
    st.button(
        "Undo (Z)",
        icon=":material/undo:",
        key=f"arena-undo-{vote_id}",
        on_click=undo,
        args=(studio, vote_id),
    )


def verdict(vote: Vote) -> str:
    """The vote in words, with names.

    The better one comes first; where none is, the left one.
    """
    if vote.choice is Choice.TIE:
        return f"Equally good: {vote.left_model} (left) and {vote.right_model} (right)."
    if vote.choice is Choice.BOTH_BAD:
        return f"Both bad: {vote.left_model} (left) and {vote.right_model} (right)."
    names = {Choice.LEFT: vote.left_model, Choice.RIGHT: vote.right_model}
    better = names.pop(vote.choice)
    return f"You chose {better} ({vote.choice.value}) over {names.popitem()[1]}."


# What the buttons do


def cast(studio: Engine, pair_id: str, choice: Choice) -> None:
    with once(pair_id):
        session.set_value(REVEALED, studio.arena.vote(session.me(), pair_id, choice))


def skip(studio: Engine, pair_id: str) -> None:
    with once(pair_id):
        studio.arena.skip(session.me(), pair_id)


@contextmanager
def once(pair_id: str) -> Iterator[None]:
    """Decide about a pair and tell what went wrong; a second press on the one just decided is none."""
    try:
        yield
        session.set_value(DECIDED, pair_id)
    except EngineError as error:
        if not isinstance(error, WrongState) or session.value(DECIDED) != pair_id:
            session.fail(session.Failure(str(error), error.code))


def undo(studio: Engine, vote_id: str) -> None:
    """Take back the vote that was the newest when the button was drawn; a second press takes no other."""
    session.forget(REVEALED)
    if not vote_id:
        session.notice("There is no vote to take back.")
    elif studio.arena.undo(session.me(), vote_id) is not None:
        session.notice("Taken back: vote on this pair again.")
