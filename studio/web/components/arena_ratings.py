"""What the votes say: points of each model with their intervals, and how each two did."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.arena.ratings import FEWEST_VOTES, Meeting, Ratings, Standing
from engine.domain.vote import Vote
from engine.engine import Engine
from studio.web import session
from studio.web.wording import genre_label, plain

GENRE = "arena/genre"


def show_ratings(studio: Engine) -> None:
    """Nothing to see before the first vote."""
    votes = studio.arena.votes(session.me())
    st.subheader("What your votes say")
    if not votes:
        st.caption(
            f"No vote yet. A model is rated from {FEWEST_VOTES} votes on; before that its wins say "
            "little."
        )
        return
    ratings = studio.arena.ratings(session.me(), chosen_genre(votes))
    st.markdown("\n".join(f"- {plain(ratings.sentence(each))}" for each in ratings.standings))
    st.dataframe(
        [standing_row(ratings, each) for each in ratings.standings],
        hide_index=True,
        height="content",
        alt="Models with their points and votes",
    )
    st.caption(
        "Points come from all votes together (Bradley-Terry): 100 more mean to be chosen about 64 "
        "times of 100, ties counting half. Both bad counts for neither."
    )
    with st.expander(f"Each two models, n = {ratings.votes:,} votes", icon=":material/table_rows:"):
        st.dataframe(
            [meeting_row(each) for each in ratings.meetings],
            hide_index=True,
            height="content",
            alt="Wins, ties and losses of each two models",
        )


def chosen_genre(votes: Sequence[Vote]) -> str | None:
    """One of the genres that were voted on, or None for all."""
    genres = sorted({vote.genre for vote in votes if vote.genre})
    if not genres:
        return None
    if session.value(GENRE) not in genres:
        session.forget(GENRE)  # its last vote was taken back
    return st.selectbox(
        "Genre",
        [None, *genres],
        format_func=genre_label,
        key=session.widget(GENRE),
        persist_state="session",
        width=170,
    )


def standing_row(ratings: Ratings, standing: Standing) -> dict[str, str | int]:
    """One model as a row."""
    found = standing.rating
    points, interval = "too few votes", ""
    if found is not None and standing.model == ratings.anchor:
        points = "0"
    elif found is not None:
        points, interval = f"{found.value:+.0f}", f"{found.low:+.0f} to {found.high:+.0f}"
    elif standing.votes >= FEWEST_VOTES:
        points = "not joined"
    return {
        "Model": standing.model,
        "Points": points,
        "95 % interval": interval,
        "Votes": standing.votes,
        "Won": standing.won,
        "Tied": standing.tied,
        "Lost": standing.lost,
        "Both bad": standing.both_bad,
    }


def meeting_row(meeting: Meeting) -> dict[str, str | int]:
    """Two models as a row."""
    return {
        "Model": meeting.one,
        "Against": meeting.other,
        "Won": meeting.won,
        "Tied": meeting.tied,
        "Lost": meeting.lost,
        "Both bad": meeting.both_bad,
    }
