"""The tab Variants of the Data page: rewordings of kept examples, looked at before they are saved."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.data.augmentation.augmentation import Augmented, Proposed
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told
from studio.web.wording import plain

SHOWN = 5
MOST_SHARE = 50
# The kinds of rewording as people read them.
KINDS = {
    "prompt": "Requests asked otherwise",
    "names": "Other names for characters and modules",
    "wording": "Other business terms",
    "parameters": "Parameters in another order",
    "teacher": "Requests reworded by the teacher",
}


def show_variants(studio: Engine) -> None:
    """What there is, what could be added, and the way back."""
    user = session.me()
    state = studio.augmentation.state(user)
    st.markdown(
        "A variant says what a kept example says in other words. Variants join the next training, never "
        "what measures it, and count as nothing else."
    )
    if not state.originals:
        st.caption("Nothing is kept yet that could be reworded.")
        return
    figures(state)
    share, kinds = choose()
    with st.container(horizontal=True):
        if st.button("Show variants", icon=":material/visibility:", disabled=not kinds):
            session.set_value("variants/shown", True)
        if st.button("Have the teacher reword requests", icon=":material/school:"):
            with told():
                studio.augmentation.start(user, share)
                session.notice("Queued. It goes on when you leave this page.")
                st.rerun()
        if state.variants and st.button("Remove all variants", icon=":material/undo:"):
            with told():
                count = studio.augmentation.undo(user)
                session.notice(f"{count:,} variants are gone; those that are in use stay.")
                st.rerun()
    if session.value("variants/shown") and kinds:
        preview(studio, share, kinds)


def figures(state: Augmented) -> None:
    """How many there are, of what."""
    with st.container(horizontal=True, gap="large"):
        st.metric("Originals to train on", f"{state.originals:,}", width="content")
        st.metric("Variants", f"{state.variants:,}", width="content")
        st.metric("Share of variants", f"{state.share:.0%}", width="content")
    made = [f"{KINDS[kind]}: {count:,}" for kind, count in state.by_kind.items() if count]
    if state.held_back:
        made.append(f"{state.held_back:,} of them wait: a setting bounds their share")
    if made:
        st.caption(plain(". ".join(made) + "."))


def choose() -> tuple[float, list[str]]:
    """Which share, of which kinds."""
    session.start_with("variants/share", 30)
    share = st.slider(
        "Share of variants in a training, in percent", 5, MOST_SHARE, step=5,
        key=session.widget("variants/share"), persist_state="session",
    )  # fmt: skip
    choices = [kind for kind in KINDS if kind != "teacher"]
    session.start_with("variants/kinds", choices)
    kinds = st.pills(
        "Kinds", choices, selection_mode="multi", format_func=lambda kind: KINDS[kind],
        key=session.widget("variants/kinds"), persist_state="session",
    )  # fmt: skip
    return share / 100, list(kinds)


def preview(studio: Engine, share: float, kinds: list[str]) -> None:
    """Some of what would be added, and the button that adds all of it."""
    user = session.me()
    proposal = studio.augmentation.propose(user, share, kinds)
    count = len(proposal.variants)
    if not proposal.wanted:
        st.caption("There are as many variants already.")
        return
    if not count:
        st.caption("None of these examples can be reworded like this.")
        return
    few = "" if count == proposal.wanted else f", fewer than the {proposal.wanted:,} for this share"
    shown = some_of_each(proposal.variants)
    st.markdown(f"**{count:,} variants**{few}. Here are {len(shown)} of them.")
    for each in shown:
        side_by_side(each)
    if st.button(f"Save {count:,} variants", type="primary", icon=":material/library_add:"):
        with told():
            saved = studio.augmentation.keep(user, proposal.variants)
            session.set_value("variants/shown", False)
            session.notice(f"{len(saved):,} variants will join the next training.")
            st.rerun()


def some_of_each(variants: Sequence[Proposed]) -> list[Proposed]:
    """A few to look at: one of every kind there is, then the first of the rest."""
    firsts = {each.kind: each for each in reversed(variants)}
    chosen = [each for each in variants if firsts[each.kind] is each]
    return [*chosen, *(each for each in variants if each not in chosen)][:SHOWN]


def side_by_side(variant: Proposed) -> None:
    """A variant beside its original."""
    original = variant.original
    with st.container(border=True):
        st.caption(KINDS[variant.kind])
        left, right = st.columns(2, gap="large")
        pairs = [(left, original.prompt, original.completion)]
        pairs.append((right, variant.prompt, variant.completion))
        changed = variant.completion != original.completion
        for column, prompt, completion in pairs:
            with column:
                st.text(prompt, width="stretch")
                if changed:
                    st.caption(plain(completion[:400]))
