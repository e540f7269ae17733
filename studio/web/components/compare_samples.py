"""What two models answered to the same prompts, side by side, the largest changes first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.domain.evaluation import Answer, Evaluation
from engine.evaluation.topics import Pair, pairs_of
from engine.review.diff import changes
from studio.web import session
from studio.web.components.marked import compared
from studio.web.components.paging import page_of
from studio.web.components.prose import prose
from studio.web.components.quality import part_label
from studio.web.wording import genre_label, plain, shortened

PAGE = 5
TITLE = 200  # letters of a prompt that are enough to know it again
ANY = ""


@st.fragment
def samples(old: Evaluation, new: Evaluation) -> None:
    """A page of answers; turning it draws nothing else again."""
    pairs = sorted(pairs_of(old, new), key=lambda pair: -abs(pair.change))
    topics = sorted({topic_of(pair) for pair in pairs})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Genre",
            [ANY, *topics],
            format_func=genre_label,
            key=session.widget("compare/genre"),
            width=180,
        )
        shown = [pair for pair in pairs if chosen in (ANY, topic_of(pair))]
        page = page_of("compare/page", len(shown), PAGE)
        words = st.toggle("Show which words changed", key=session.widget("compare/words"))
    first = PAGE * (page - 1)
    st.caption(f"{len(shown):,} answers each, the largest change first.")
    for number, pair in enumerate(shown[first : first + PAGE], start=first + 1):
        one(pair, number, (old.model, new.model), words=words)


def one(pair: Pair, number: int, models: Sequence[str], *, words: bool) -> None:
    """One prompt with both answers."""
    with st.container(border=True):
        st.markdown(
            f"**{number}.** {plain(shortened(pair.new.prompt, TITLE))} · "
            f"{plain(f'{pair.change:+.1f}')} of 10"
        )
        if len(pair.new.prompt) > TITLE:
            with st.expander("The whole prompt"):
                prose(pair.new.prompt)
        if words:
            st.caption(plain(f"{models[0]} crossed out, {models[1]} underlined"))
            compared(changes(pair.old.text, pair.new.text))
            return
        for place, model, answer in zip(st.columns(2, gap="medium"), models, pair, strict=True):
            with place:
                st.markdown(f"**{plain(model)}** · score {plain(f'{answer.quality:.1f}')}")
                prose(answer.text or "It answered nothing.")
                st.caption(plain(beside(answer)))


def topic_of(pair: Pair) -> str:
    return pair.new.genre or pair.new.kind


def beside(answer: Answer) -> str:
    """E.g. `162 words · Reads naturally 7.1`: how long, and the part that is lowest."""
    length = f"{len(answer.text.split()):,} words"
    if not answer.parts:
        return length
    name, value = min(answer.parts.items(), key=lambda part: part[1])
    return f"{length} · lowest part: {part_label(name).lower()}, {value:.1f}"
