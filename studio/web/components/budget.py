"""What teachers cost: what was spent, the caps, and the prices it is counted with."""

from __future__ import annotations

from dataclasses import asdict, fields

import streamlit as st

from engine.budget.budget import Spending
from engine.domain.budget import Caps, Left, Usage
from engine.engine import Engine
from studio.web import session
from studio.web.components.errors import told
from studio.web.wording import plain

PERIODS = {"month": "In a month", "day": "In a day", "job": "In one auto-training"}
BY_WHOM = {
    "provider": "its settings",
    "own list": "your prices.yaml",
    "shipped list": "the list that comes with the studio",
    "on this machine": "it runs on this machine",
}


def budget(studio: Engine, user: str) -> None:
    """The section of Settings."""
    with told():
        spending = studio.budget.spending(user)
        spent(spending)
        if not session.is_guest():
            caps(studio, user, spending)
        prices(studio)


def spent(spending: Spending) -> None:
    """This month and today, then who it was spent on."""
    with st.container(horizontal=True, gap="large"):
        for label, used in (("This month", spending.month), ("Today", spending.today)):
            st.metric(f"{label}, {spending.currency}", money(used.money), width="content")
            st.metric(f"{label}, tokens", f"{used.tokens:,}", width="content")
    if not spending.month.calls:
        st.caption("No teacher with a bill was asked this month. The built-in base costs nothing.")
        return
    if spending.month.bounded:
        st.caption(
            f"{spending.month.bounded:,} of these tokens are of answers that were cut short or "
            "broke off. Nobody tells what those used, so they count with the most they may have."
        )
    rows = [
        {
            "Who": name,
            "Calls": used.calls,
            "Tokens read": used.tokens_read,
            "Tokens written": used.tokens_written,
            spending.currency: money(used.money),
        }
        for name, used in spending.by_generator.items()
    ]
    st.dataframe(rows, hide_index=True, height="content", alt="Spent this month, by teacher")


def caps(studio: Engine, user: str, spending: Spending) -> None:
    """A field for each cap; an empty one means that there is none."""
    st.markdown("**Caps.** Before a teacher is asked, the most it may use must fit below each.")
    for name, value in asdict(spending.caps).items():
        session.start_with(f"budget/{name}", value)
    for period, label in PERIODS.items():
        tokens, coins = st.columns(2)
        tokens.number_input(
            f"{label}, tokens",
            min_value=0,
            value=None,
            step=10_000,
            placeholder="no cap",
            key=session.widget(f"budget/{period}_tokens"),
        )
        coins.number_input(
            f"{label}, {spending.currency}",
            min_value=0.0,
            value=None,
            step=1.0,
            placeholder="no cap",
            key=session.widget(f"budget/{period}_money"),
        )
    if st.button("Save the caps", icon=":material/save:", key="budget/save"):
        chosen = {field.name: session.value(f"budget/{field.name}") for field in fields(Caps)}
        with told():
            studio.budget.set_caps(user, **chosen)
            session.notice("Saved. The caps hold from the next call on.")
            st.rerun()


def prices(studio: Engine) -> None:
    """What each teacher costs, and who says so; then the list."""
    known = studio.budget.prices
    for provider in studio.teachers.providers():
        price = known.of(provider)
        if price is None:
            line = "nobody told what it costs: give its prices above, under Edit"
        else:
            line = (
                f"{price.read:g} / {price.written:g} {known.currency} a million tokens read / "
                f"written, says {BY_WHOM[price.source]}"
            )
        st.caption(plain(f"{provider.generator}: {line}."))
    with st.expander("List of prices"):
        st.caption(
            plain(
                "Prices change: compare them with your bill. A file prices.yaml in the home folder "
                "comes first; docs/budget.md says how it is written."
            )
        )
        rows = [
            {
                "Host": line["host"],
                "Model": line["model"],
                "Read, a million": line["read"],
                "Written, a million": line["written"],
            }
            for line in known.listed()
        ]
        st.dataframe(rows, hide_index=True, alt="List of prices")


def money(amount: float) -> str:
    """An amount with as many digits as it takes to see it."""
    return f"{amount:,.2f}" if amount == 0 or amount >= 0.1 else f"{amount:.4f}"


def left_of(left: Left, currency: str) -> str:
    """What the caps leave, in words; empty without caps."""
    parts = []
    if left.tokens is not None:
        parts.append(f"{left.tokens:,} tokens")
    if left.money is not None:
        parts.append(f"{money(left.money)} {currency}")
    return " and ".join(parts)


def job_cost(used: Usage, currency: str) -> str:
    """What a job cost, in words."""
    return f"It cost {used.tokens:,} tokens, {money(used.money)} {currency}."
