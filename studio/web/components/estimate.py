"""Step 2 of Auto-Train: what it will take, before it is started."""

from __future__ import annotations

import streamlit as st

from engine.views import Estimate
from studio.web.wording import duration, plain


def show_estimate(estimate: Estimate, *, sends_to: str) -> None:
    """Time, tokens and money, and where the figures come from; `sends_to` names teachers elsewhere."""
    with st.container(horizontal=True, gap="large"):
        st.metric("Time", duration(estimate.seconds), width="content")
        st.metric("Tokens written", f"about {estimate.tokens:,}", width="content")
        free = "no price set" if sends_to else "0 (runs on this machine)"
        money = f"{estimate.money:.2f}" if estimate.money else free
        st.metric("Money", money, width="content")
    if estimate.measured_on:
        st.caption(f"From this machine's last answers, n = {estimate.measured_on}.")
    else:
        st.caption(plain("A first guess: nothing was measured on this machine yet (n = 0)."))
