"""Before and after: base and version on the same prompts, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.domain.evaluation import Comparison
from engine.domain.version import Version
from engine.evaluation.measures import Measure, difference_sentence
from studio.web.components.evaluated import colour_of, quality_change
from studio.web.components.paging import page_of
from studio.web.components.prose import prose
from studio.web.wording import plain, shortened

PAIRS = 5
TITLE = 110  # letters of a prompt that are enough to know it again


def before_after(version: Version) -> None:
    """The averages, then a page of the pairs with both scores."""
    pairs = version.comparisons
    if not pairs:
        st.caption("Base and version have not answered the same prompts.")
        return
    averages(pairs)
    page = page_of(f"before-after/{version.id}", len(pairs), PAIRS)
    first = PAIRS * (page - 1)
    for number, pair in enumerate(pairs[first : first + PAIRS], start=first + 1):
        title = plain(f"{number}. {shortened(pair.prompt, TITLE)}")
        with st.expander(title, expanded=number == first + 1):
            if len(pair.prompt) > TITLE:
                st.caption(plain(pair.prompt))
            left, right = st.columns(2, gap="medium")
            with left:
                st.markdown(f"**Before** · score {plain(f'{pair.quality_before:.1f}')}")
                prose(pair.before)
            with right:
                st.markdown(f"**After** · score {plain(f'{pair.quality_after:.1f}')}")
                prose(pair.after)


def averages(pairs: Sequence[Comparison]) -> None:
    """The mean score, and its change with what that says: a few prompts prove nothing."""
    after = sum(pair.quality_after for pair in pairs) / len(pairs)
    difference = quality_change(pairs)
    st.metric(
        f"Average score after, n = {len(pairs)} prompts",
        f"{after:.2f} of 10",
        delta=f"{difference.value:+.2f} against before",
        delta_color=colour_of(Measure.QUALITY, difference),
        width="content",
    )
    st.markdown(plain(difference_sentence(Measure.QUALITY, difference)))
    higher = sum(pair.quality_after > pair.quality_before for pair in pairs)
    lower = sum(pair.quality_after < pair.quality_before for pair in pairs)
    st.caption(f"The later answer scores higher {higher} times, lower {lower} times.")
