"""What a training set leaves out because it repeats what measures, and which variants joined it."""

from __future__ import annotations

import streamlit as st

from engine.domain.snapshot import SnapshotReport
from engine.engine import Engine
from studio.web.wording import plain


def left_out_line(report: SnapshotReport) -> None:
    """One caption; nothing for a training set that is all originals and compared as a whole."""
    parts = [report.left_out.sentence] if report.left_out.removed else []
    if report.variants:
        share = report.augmented_share
        parts.append(f"{report.variants:,} of its rows are variants ({share:.0%} of training).")
    if parts:
        st.caption(plain(" ".join(parts)))


def show_left_out(studio: Engine, report: SnapshotReport) -> None:
    """The rows that are missing, with the held-out rows they repeat."""
    left_out = report.left_out
    if not left_out.removed:
        return
    with st.expander("Left out of the training", icon=":material/content_copy:"):
        leaks = studio.decontaminator.leaks(report.user_id, left_out)
        st.dataframe(
            [
                {
                    "Left out": leak.text,
                    "Because": leak.why,
                    "Held-out row": leak.held_out_text,
                    "From": leak.overlap.held_out.value,
                }
                for leak in leaks
            ],
            hide_index=True,
            alt="Rows left out of the training, and the held-out rows they repeat",
        )
        if left_out.note:
            st.caption(plain(left_out.note))
