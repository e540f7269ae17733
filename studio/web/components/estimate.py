"""Step 2 of Auto-Train: what it will take, before it is started."""

from __future__ import annotations

import streamlit as st

from engine.views import Estimate
from studio.web.components.budget import left_of, money
from studio.web.wording import duration, plain


def show_estimate(estimate: Estimate, *, sends_to: str) -> None:
    """Time, tokens and money, and where the figures come from; `sends_to` names teachers elsewhere."""
    with st.container(horizontal=True, gap="large"):
        st.metric("Time", duration(estimate.seconds), width="content")
        st.metric("Tokens written", f"about {estimate.tokens:,}", width="content")
        st.metric("Money", price_of(estimate, sends_to), width="content")
        if left := left_of(estimate.left, estimate.currency):
            st.metric("Left of your budget", left, width="content")
    if is_short(estimate):
        st.warning(
            "Your budget may not last for all of them. It then ends early, and what was written stays.",
            icon=":material/savings:",
        )
    if estimate.measured_on:
        st.caption(f"From this machine's last answers, n = {estimate.measured_on}.")
    else:
        st.caption(plain("A first guess: nothing was measured on this machine yet (n = 0)."))


def price_of(estimate: Estimate, sends_to: str) -> str:
    """The money, or why there is none."""
    if estimate.money is None:
        return "no price known"
    if estimate.money or sends_to:
        return f"{money(estimate.money)} {estimate.currency}"
    return "0 (runs on this machine)"


def is_short(estimate: Estimate) -> bool:
    """Whether the caps may end it early."""
    left = estimate.left
    tokens = left.tokens is not None and estimate.tokens > left.tokens
    return tokens or (left.money is not None and (estimate.money or 0.0) > left.money)
