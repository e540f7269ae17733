"""Examples in a table, narrowed by what one chooses, and the text of the one that is clicked."""

from __future__ import annotations

import streamlit as st

from engine.domain.example import Author, Example, ExampleState, Source
from engine.engine import Engine
from engine.store.example_pages import ExampleFilter
from studio.web import overview_charts as charts
from studio.web import session
from studio.web.components.empty import empty
from studio.web.components.erase import erase_button, import_label
from studio.web.components.prose import prose
from studio.web.components.quality import quality_parts
from studio.web.navigation import AUTO_TRAIN
from studio.web.wording import day, genre_label, plain, shortened

ROWS = 25
ANY = "any"
GLANCE = 200  # letters of a text that are enough to know it again
SOURCES = {
    Source.WRITE: "Write",
    Source.AUTO_TRAIN: "Auto-Train",
    Source.OWN_WRITING: "My own writing",
    Source.IMPORT: "Imported",
    Source.TEMPLATE: "Templates",
    Source.REVIEW: "Review",
    Source.VARIANT: "Rewordings",
}
AUTHORS = {Author.TEACHER: "Teacher", Author.STUDENT: "My model", Author.PERSON: "A person"}
STATES = {
    ExampleState.USABLE: "Used for training",
    ExampleState.LOW: "Score too low",
    ExampleState.REJECTED: "Rejected by me",
    ExampleState.DUPLICATE: "Repeats another",
    ExampleState.STUDENT: "Written by my model",
    ExampleState.VARIANT: "Variant of another",
    ExampleState.ERASED: "Erased",
}
COLUMNS = {
    "Text": st.column_config.Column(width=300),
    "Prompt": st.column_config.Column(width=300),
    "Score": st.column_config.NumberColumn(format="%.1f", width=60),
    "State": st.column_config.Column(width=130),
}


def show_examples(studio: Engine) -> None:
    """Filters, how the scores of what is left are spread, a page of it, and one text as a whole."""
    user = session.me()
    if not studio.shelf.page(user, limit=1).total:
        empty(
            "There are no examples yet. Let the teacher write some, or bring your own writing.",
            "Let the teacher write",
            AUTO_TRAIN,
        )
        return
    chosen = filters(studio)
    left, right = st.columns([3, 2], gap="large")
    with left:
        picked = table(studio, chosen)
    with right:
        if picked is None:
            spread(studio, chosen)
        else:
            whole(studio, picked)


def filters(studio: Engine) -> ExampleFilter:
    """What the table is narrowed to; each is kept when the page is left."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = choice("State", {each.value: label for each, label in STATES.items()})
        source = choice("From", {each.value: label for each, label in SOURCES.items()})
        author = choice("Written by", {each.value: label for each, label in AUTHORS.items()})
        genre = choice("Genre", {each: genre_label(each) for each in studio.genres()})
        kind = choice("Kind", {each.name: each.title for each in studio.kinds.all()})
        imports = {each.id: import_label(each) for each in studio.imports.list(session.me())}
        import_id = choice("Import", imports) if imports else None
        lowest, highest = st.slider(
            "Score",
            0.0,
            10.0,
            (0.0, 10.0),
            step=0.5,
            key=session.widget("examples/score"),
            persist_state="session",
            width=150,
            format="%.1f",
        )
    return ExampleFilter(
        source=Source(source) if source else None,
        author=Author(author) if author else None,
        genre=genre,
        kind=kind,
        state=ExampleState(state) if state else None,
        lowest=lowest,
        highest=highest,
        import_id=import_id,
    )


def show_only(
    *, source: Source, genre: str | None, kind: str | None, import_id: str | None
) -> None:
    """Have the tab open and its table narrowed to these; only before the page is drawn."""
    chosen = {"From": source.value, "Genre": genre, "Kind": kind, "Import": import_id}
    for label in ("State", "Written by", *chosen):
        session.set_value(f"examples/{label}", chosen.get(label) or ANY)
    session.set_value("examples/score", (0.0, 10.0))
    session.set_value("examples/page", 1)
    session.set_value("data/tab", "Examples")


def choice(label: str, options: dict[str, str]) -> str | None:
    """One of the options, or None for any."""
    labels = {ANY: "Any", **options}
    chosen = st.selectbox(
        label,
        list(labels),
        format_func=labels.__getitem__,
        key=session.widget(f"examples/{label}"),
        persist_state="session",
        width=138,
    )
    return None if chosen == ANY else chosen


def table(studio: Engine, chosen: ExampleFilter) -> Example | None:
    """One page; the example of the row that is clicked."""
    user = session.me()
    number = int(session.value("examples/page", 1))
    page = studio.shelf.page(user, chosen, limit=ROWS, offset=ROWS * (number - 1))
    pages = max(1, -(-page.total // ROWS))
    if number > pages:  # narrowed since the page was turned
        session.set_value("examples/page", 1)
        page = studio.shelf.page(user, chosen, limit=ROWS)
    if not page.total:
        st.caption("No example is like this. Choose something wider above.")
        return None
    threshold = studio.calibration.threshold(user)
    event = st.dataframe(
        [row(each, threshold) for each in page.rows],
        key=session.widget(f"examples/table/{hash(tuple(each.id for each in page.rows))}"),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages > 1:
            st.number_input(
                f"Page (of {pages:,})", 1, pages, key=session.widget("examples/page"), width=160
            )
        st.caption(plain(f"{page.total:,} example{'' if page.total == 1 else 's'}, newest first."))
    picked = event["selection"]["rows"]
    return page.rows[picked[0]] if picked else None


def row(example: Example, threshold: float) -> dict[str, object]:
    """An example as a row of the table."""
    return {
        "Text": shortened(example.completion, GLANCE),
        "Score": example.quality.score,
        "State": STATES[example.state(threshold)],
        "From": SOURCES[example.source],
        "Written by": AUTHORS[example.author],
        "Genre": genre_label(example.genre) if example.genre else "",
        "Kind": example.kind,
        "Added": day(example.created_at),
        "Prompt": shortened(example.prompt, GLANCE),
    }


def spread(studio: Engine, chosen: ExampleFilter) -> None:
    """How the scores are spread over what the table is narrowed to."""
    scores = studio.shelf.scores(session.me(), chosen)
    if scores.total:
        used = sum(scores.usable)
        st.plotly_chart(
            charts.quality_chart(scores, studio.calibration.threshold(session.me())),
            key="examples/scores",
            alt=f"Histogram of {scores.total:,} scores, {used:,} of them of texts in use",
            config={"displayModeBar": False},
        )
        st.caption("Click the left edge of a row to read it as a whole.")


def whole(studio: Engine, example: Example) -> None:
    """One example: what was asked, the text, where it came from, its score."""
    with st.container(border=True):
        st.caption("Prompt")
        prose(example.prompt)
        st.caption("Text")
        prose(example.completion or "Erased.")
        words = len(example.completion.split())
        facts = [
            STATES[example.state(studio.calibration.threshold(session.me()))],
            f"{words:,} words",
            f"{SOURCES[example.source]}, {AUTHORS[example.author].lower()}",
            example.generator,
            day(example.created_at),
        ]
        st.caption(plain(" · ".join(facts)))
        with st.expander(f"Score {example.quality.score:.1f}", icon=":material/speed:"):
            quality_parts(example.quality)
        if example.erased_at is None:
            erase_button(studio, example.id)
