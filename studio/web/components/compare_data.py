"""What changed in the data between two versions, beside what changed in their answers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.engine import Engine
from engine.evaluation.joined import Joined, Slice, Suspect
from studio.web.components.erase import dialog, look
from studio.web.components.errors import told
from studio.web.components.examples import SOURCES, show_only
from studio.web.navigation import DATA
from studio.web.wording import genre_label, plain

SHOWN = 20


def data_change(studio: Engine, joined: Joined) -> None:
    """In a sentence, what is suspected, and every slice in a table."""
    st.markdown(plain(joined.sentence))
    for suspect in joined.suspects:
        suspected(studio, suspect)
    if joined.suspects:
        st.caption(
            "That both happened at once proves no cause. To find out, train again without these texts."
        )
        dialog(studio)
    elif joined.added:
        st.caption(":material/check_circle: No genre that got new texts fell beyond doubt.")
    for title, slices in (("Came", joined.added), ("Went", joined.removed)):
        if slices:
            with st.expander(f"{title}: {sum(each.rows for each in slices):,} texts"):
                table(slices)


def suspected(studio: Engine, suspect: Suspect) -> None:
    """One slice, what speaks against it, and the ways to its texts."""
    found = suspect.slice
    with st.container(border=True):
        st.warning(plain(suspect.sentence), icon=":material/troubleshoot:")
        with st.container(horizontal=True):
            key = f"compare/{found.example_ids[0]}"
            if st.button("Show these texts", key=f"{key}/show", icon=DATA.icon):
                show_only(
                    source=found.source,
                    genre=found.topic.genre,
                    kind=found.topic.kind,
                    import_id=found.import_id,
                )
                st.switch_page(DATA.path)
            if st.button(
                f"Erase these {found.rows:,} …",
                key=f"{key}/erase",
                icon=":material/delete_forever:",
            ):
                with told(safe="Nothing was erased."):
                    look(studio, found.example_ids)


def table(slices: Sequence[Slice]) -> None:
    """The largest of them."""
    st.dataframe(
        [
            {
                "Texts": each.rows,
                "Genre": genre_label(each.topic.genre) if each.topic.genre else each.topic.kind,
                "From": SOURCES[each.source],
                "Which": each.origin,
                "Median score": each.median_score,
            }
            for each in slices[:SHOWN]
        ],
        hide_index=True,
        column_config={"Median score": st.column_config.NumberColumn(format="%.1f")},
        alt="Groups of texts that changed, the largest first",
    )
    if rest := slices[SHOWN:]:
        st.caption(f"and {sum(each.rows for each in rest):,} texts in {len(rest):,} smaller groups")
