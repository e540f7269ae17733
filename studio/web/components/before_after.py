"""Before and after: base and version on the same prompts, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.domain.evaluation import Comparison
from engine.domain.version import Version
from studio.web.components.prose import prose
from studio.web.wording import plain


def before_after(version: Version) -> None:
    """Every pair with both scores, the averages first."""
    if not version.comparisons:
        st.caption("Base and version have not answered the same prompts.")
        return
    averages(version.comparisons)
    for number, pair in enumerate(version.comparisons, start=1):
        with st.expander(plain(f"{number}. {pair.prompt}"), expanded=number == 1):
            left, right = st.columns(2, gap="medium")
            with left:
                st.markdown(f"**Before** · score {plain(f'{pair.quality_before:.1f}')}")
                prose(pair.before)
            with right:
                st.markdown(f"**After** · score {plain(f'{pair.quality_after:.1f}')}")
                prose(pair.after)


def averages(pairs: Sequence[Comparison]) -> None:
    """Mean scores; a few prompts prove nothing, so n is said."""
    before = sum(pair.quality_before for pair in pairs) / len(pairs)
    after = sum(pair.quality_after for pair in pairs) / len(pairs)
    st.metric(
        f"Average score after, n = {len(pairs)} prompts",
        f"{after:.2f} of 10",
        delta=f"{after - before:+.2f} against before",
        width="content",
    )
