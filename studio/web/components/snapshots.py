"""Training sets: which there are, whether they are still what was frozen, and what changed between two."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.domain.example import Author, Source
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.lineage.views import ListedSnapshot, SnapshotDiff
from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.errors import told
from studio.web.components.examples import AUTHORS, GLANCE, SOURCES
from studio.web.components.paging import page_of
from studio.web.navigation import AUTO_TRAIN
from studio.web.wording import genre_label, moment, plain, shortened

LISTED = 50
ROWS = 25
PARTS = {Split.TRAIN: "Trained on", Split.VALIDATION: "Stops training", Split.TEST: "Measures"}
CHANGES = {"added": "Came", "removed": "Went", "moved": "Moved", "changed": "Reworded"}
DIMENSIONS = {
    "source": "From",
    "genre": "Genre",
    "kind": "Kind",
    "author": "Written by",
    "score": "Score",
}


def show_snapshots(studio: Engine) -> None:
    """The tab: freeze one, the list, one as a whole, and two side by side."""
    st.markdown(
        "Each training learns from a frozen list of texts, so that you can always say what a version "
        "of your model has read."
    )
    user = session.me()
    listed = studio.lineage.snapshots(user, limit=LISTED)
    if not listed:
        empty(
            "No training set is frozen yet. Your first training freezes one.", "Train", AUTO_TRAIN
        )
        freeze(studio)
        return
    freeze(studio)
    picked = table(listed)
    if picked is not None:
        one(studio, picked)
    if len(listed) > 1:
        st.subheader("What changed between them")
        compare(studio, listed)


def freeze(studio: Engine) -> None:
    """Freeze what is there now, without training."""
    if st.button("Freeze what I have now", icon=":material/ac_unit:"):
        with told(safe="Your examples are safe."):
            made = studio.lineage.freeze(session.me())
            session.notice(f"{len(made.rows):,} texts are frozen.")
            st.rerun()


def table(listed: Sequence[ListedSnapshot]) -> ListedSnapshot | None:
    """One line each; the one whose row is clicked."""
    event = st.dataframe(
        [
            {
                "Frozen": moment(each.counts.created_at),
                PARTS[Split.TRAIN]: each.counts.train,
                PARTS[Split.VALIDATION]: each.counts.validation,
                PARTS[Split.TEST]: each.counts.test,
                "Erased": each.counts.erased,
                "Versions": ", ".join(version.label for version in each.versions) or "none",
            }
            for each in listed
        ],
        key=session.widget(f"snapshots/table/{listed[0].counts.id}/{len(listed)}"),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
    )
    picked = event["selection"]["rows"]
    if not picked:
        st.caption("Click the left edge of a row to look into a training set.")
        return None
    return listed[picked[0]]


def one(studio: Engine, picked: ListedSnapshot) -> None:
    """Whether it is as it was, a training on it, and its rows."""
    user, counts = session.me(), picked.counts
    with st.container(border=True):
        st.markdown(plain(f"Frozen {moment(counts.created_at)}, {counts.total:,} texts"))
        st.caption(plain(f"Id {counts.id} · SHA-256 {counts.sha256}"))
        with st.container(horizontal=True):
            if st.button("Check it", icon=":material/fact_check:"):
                with told():
                    found = studio.lineage.verify(user, counts.id)
                    say = st.success if found.intact else st.warning
                    say(plain(found.sentence))
            if st.button(
                "Train on it",
                icon=":material/model_training:",
                disabled=bool(counts.erased),
                help="Some of its texts were erased." if counts.erased else None,
            ):
                with told(safe="Your examples are safe."):
                    studio.lineage.train(user, counts.id)
                    session.notice("The training is on its way.")
                    st.switch_page(AUTO_TRAIN.path)
        page = page_of("snapshots/page", counts.total, ROWS)
        found_rows = studio.lineage.rows(user, counts.id, limit=ROWS, offset=ROWS * (page - 1))
        st.dataframe(
            [
                {"Part": PARTS[row.split], **line_of(row.example.completion, row.example.prompt)}
                for row in found_rows
            ],
            hide_index=True,
        )


def compare(studio: Engine, listed: Sequence[ListedSnapshot]) -> None:
    """Two of them, counted by what people think in, then text by text."""
    names = {each.counts.id: name_of(each) for each in reversed(listed)}
    ids = list(names)
    with st.container(horizontal=True):
        before = st.selectbox(
            "From",
            ids,
            index=len(ids) - 2,
            format_func=names.__getitem__,
            key=session.widget(f"snapshots/before/{ids[-1]}"),
        )
        after = st.selectbox(
            "To",
            ids,
            index=len(ids) - 1,
            format_func=names.__getitem__,
            key=session.widget(f"snapshots/after/{ids[-1]}"),
        )
    with told():
        show_diff(studio, studio.lineage.diff(session.me(), before, after))


def name_of(listed: ListedSnapshot) -> str:
    """E.g. `3 Nov 2026, 14:05 · 120 texts · zega-anna v2`."""
    parts = [moment(listed.counts.created_at), f"{listed.counts.total:,} texts"]
    return " · ".join([*parts, *(version.label for version in listed.versions)])


def show_diff(studio: Engine, diff: SnapshotDiff) -> None:
    """In a sentence, in tables, and the texts themselves."""
    if diff.is_empty:
        st.caption(plain(f"Nothing: the same {diff.same:,} texts in the same parts."))
        return
    ids = {
        "added": diff.added,
        "removed": diff.removed,
        "moved": tuple(each.example_id for each in diff.moved),
        "changed": diff.changed,
    }
    said = ", ".join(f"{len(ids[name]):,} {label.lower()}" for name, label in CHANGES.items())
    st.markdown(plain(f"{said}; {diff.same:,} are the same."))
    by = st.segmented_control(
        "Count them by",
        list(DIMENSIONS),
        default="source",
        format_func=DIMENSIONS.__getitem__,
        key=session.widget("snapshots/by"),
    )
    if by is not None:
        st.dataframe(
            [
                {
                    DIMENSIONS[by]: value_label(by, value),
                    "Came": change.added,
                    "Went": change.removed,
                    "Moved": change.moved,
                }
                for value, change in diff.tables[by].items()
            ],
            hide_index=True,
        )
    for name, label in CHANGES.items():
        if ids[name]:
            with st.expander(f"{label}: {len(ids[name]):,}"):
                texts(studio, name, ids[name])


def texts(studio: Engine, name: str, ids: Sequence[str]) -> None:
    """A page of the texts that changed in one way."""
    page = page_of(f"snapshots/{name}/page", len(ids), ROWS)
    chosen = list(ids[ROWS * (page - 1) : ROWS * page])
    examples = studio.store.examples.of_ids(session.me(), chosen)
    st.dataframe(
        [
            {
                **line_of(example.completion, example.prompt),
                "Score": example.quality.score,
                "From": SOURCES[example.source],
                "Genre": genre_label(example.genre) if example.genre else "",
            }
            for example in examples
        ],
        hide_index=True,
    )


def line_of(completion: str, prompt: str) -> dict[str, object]:
    return {
        "Text": shortened(completion, GLANCE) or "(erased)",
        "Prompt": shortened(prompt, GLANCE),
    }


def value_label(by: str, value: str) -> str:
    """A value as people read it."""
    if by == "source":
        return SOURCES[Source(value)]
    if by == "author":
        return AUTHORS[Author(value)]
    return genre_label(value) if by == "genre" and value != "none" else value
