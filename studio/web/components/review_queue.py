"""Which texts are looked at, how far one is, and the way back."""

from __future__ import annotations

import streamlit as st

from engine.domain.example import Source
from engine.domain.review import Card, Order, Pile, ReviewFilter
from engine.engine import Engine
from engine.errors import NotFound
from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.examples import SOURCES, choice
from studio.web.components.keys import keys
from studio.web.components.review_card import KEYS, stop_editing, undo
from studio.web.navigation import AUTO_TRAIN
from studio.web.wording import genre_label, plain

PILES = {
    Pile.WAITING: "Written to be reviewed",
    Pile.BORDERLINE: "Near the threshold",
    Pile.KEPT: "Kept by their score",
    Pile.UNDECIDED: "Everything undecided",
    Pile.DECIDED: "Decided",
}
ORDERS = {
    Order.BORDERLINE: "Doubtful first",
    Order.NEWEST: "Newest first",
    Order.OLDEST: "Oldest first",
}


def choose_pile(studio: Engine) -> tuple[ReviewFilter, Order]:
    """The pile and its order; a first visit begins where something waits or will."""
    job = studio.two_phase.newest(session.me())
    written = job is not None and not job.state.is_final
    waiting = written or studio.review.progress(session.me()).waiting
    session.start_with("review/pile", Pile.WAITING if waiting else Pile.UNDECIDED)
    pile = st.pills(
        "Which texts?",
        list(PILES),
        format_func=PILES.__getitem__,
        key=session.widget("review/pile"),
        persist_state="session",
        required=True,
        wrap=True,
    )
    with st.expander("Narrow down", icon=":material/filter_list:"), st.container(horizontal=True):
        order = st.selectbox(
            "Order",
            list(ORDERS),
            format_func=ORDERS.__getitem__,
            key=session.widget("review/order"),
            persist_state="session",
            width=170,
        )
        source = choice("From", {each.value: label for each, label in SOURCES.items()})
        genre = choice("Genre", {each: genre_label(each) for each in studio.genres()})
        kind = choice("Kind", {each.name: each.title for each in studio.kinds.all()})
        if lists := [each.name for each in studio.keywords.all(session.me())]:
            st.selectbox(
                "Mark keywords of",
                ["", *lists],
                format_func=lambda name: name or "No list",
                key=session.widget("review/keywords"),
                persist_state="session",
                width=170,
            )
    where = ReviewFilter(
        pile=pile or Pile.UNDECIDED,
        kind=kind,
        genre=genre,
        source=Source(source) if source else None,
    )
    return where, order


def choose_card(studio: Engine, where: ReviewFilter, order: Order) -> Card | None:
    """The text that is being edited, else the next; one that was deleted meanwhile is let go."""
    if editing := session.value("review/editing"):
        try:
            return studio.review.card(session.me(), editing)
        except NotFound:
            stop_editing()
            st.info("The text that you were editing has been deleted.", icon=":material/info:")
    return studio.review.next(session.me(), where, order)


def show_progress(studio: Engine, where: ReviewFilter) -> None:
    """Decided and to go, and the step back, which Z takes too."""
    progress = studio.review.progress(session.me(), where)
    with st.container(horizontal=True, vertical_alignment="center"):
        whole = progress.decided + progress.waiting
        edited = f" ({progress.edited:,} edited)" if progress.edited else ""
        st.progress(
            progress.decided / whole if whole else 0.0,
            text=plain(
                f"{progress.waiting:,} to go · {progress.accepted:,} accepted{edited} · "
                f"{progress.rejected:,} rejected"
            ),
        )
        st.button(
            "Undo (Z)", icon=":material/undo:", key="review-undo", on_click=undo, args=(studio,)
        )


def nothing_left(studio: Engine, where: ReviewFilter) -> None:
    """Why there is no card, and where to go. Z still takes the last step back."""
    keys({"z": KEYS["z"]})
    if not studio.shelf.page(session.me(), limit=1).total:
        empty(
            "There is nothing to review yet. Let the teacher write some texts, then decide which "
            "of them your model learns from.",
            "Let the teacher write",
            AUTO_TRAIN,
        )
    elif where.pile is Pile.DECIDED:
        st.info("You have not decided about any text like this yet.", icon=":material/info:")
    else:
        st.success(
            "Nothing waits here any more. Look at another pile above, or train on what you accepted.",
            icon=":material/done_all:",
        )
