"""The Templates tab: prompts with placeholders, what they would ask, and what came of them."""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from engine.data.synthesis import TemplatePreview
from engine.data.templates import TemplateOrder, built_in_values, placeholders_of, read_order
from engine.domain.export import Selection, Which
from engine.domain.job import Job, JobKind
from engine.engine import Engine
from engine.errors import InvalidInput
from studio.web import session
from studio.web.components.errors import show_error, told
from studio.web.components.exports import download
from studio.web.components.generation import generation
from studio.web.components.kinds import choose_kind
from studio.web.components.prose import prose
from studio.web.wording import plain, shortened

FIRST = "Write a(n) {genre} story about {character} in {place}. {style}"
SHOWN = 5


def show_templates(studio: Engine) -> None:
    """The order and its preview; while one is written, how far it is."""
    jobs = studio.jobs(session.me(), limit=50)
    job = next((each for each in jobs if each.kind is JobKind.SYNTHESIS), None)
    if job is not None and not job.state.is_final:
        st.subheader("Writing and scoring")
        generation(studio, job.id)
        return
    st.markdown(
        "A template is a prompt with placeholders in braces. The teacher answers each combination "
        "of their values, and the score keeps what is good."
    )
    left, right = st.columns(2, gap="large")
    with left:
        data = fields(studio)
    with right:
        preview(studio, data)
    if job is not None:
        ended(studio, job)


def fields(studio: Engine) -> dict[str, Any]:
    """What is asked for, as an order reads it."""
    session.start_with("templates/prompts", FIRST)
    text = st.text_area(
        "Templates, one a line",
        key=session.widget("templates/prompts"),
        persist_state="session",
        height=110,
    )
    prompts = [line.strip() for line in text.split("\n") if line.strip()]
    values = {name: given for name in names_in(prompts) if (given := values_of(name))}
    kind = choose_kind(studio, "templates/kind")
    session.start_with("templates/count", 20)
    count = st.number_input(
        "How many texts?",
        1,
        10_000,
        key=session.widget("templates/count"),
        persist_state="session",
        help="Each combination comes once before any comes again.",
        width=170,
    )
    return {
        "template_prompts": prompts,
        "values": values,
        "kind": kind.name,
        "seed": session.value("templates/seed", 1),
        "generation_config": {"num_samples": int(count), **advanced()},
    }


def names_in(prompts: list[str]) -> list[str]:
    """Placeholders of the templates, as far as they can be read."""
    found: dict[str, None] = {}
    for prompt in prompts:
        try:
            found |= dict.fromkeys(placeholders_of(prompt))
        except InvalidInput:  # the preview says so
            continue
    return list(found)


def values_of(name: str) -> list[str]:
    """Values of one placeholder; none where the studio's own are to be taken."""
    known = built_in_values().get(name, ())
    shown = shortened(", ".join(known[: 1 if name == "style" else 3]), 50)
    text = st.text_area(
        f"Values of {plain(name)}, one a line",
        key=session.widget(f"templates/values/{name}"),
        persist_state="session",
        placeholder=f"Empty: {len(known)} of the studio's own, such as: {shown}" if known else "",
        height=80,
    )
    return [line.strip() for line in text.split("\n") if line.strip()]


def advanced() -> dict[str, Any]:
    """How the texts are written."""
    session.start_with("templates/filter", True)
    keep = st.toggle(
        "Keep only what scores well",
        key=session.widget("templates/filter"),
        persist_state="session",
        help="Off: every answer becomes an example. What scores too low is not trained on until "
        "you accept it in a review.",
    )
    with st.expander("Advanced"):
        session.start_with("templates/temperature", 0.7)
        temperature = st.slider(
            "Temperature",
            0.0,
            2.0,
            step=0.1,
            key=session.widget("templates/temperature"),
            persist_state="session",
        )
        session.start_with("templates/tokens", 300)
        tokens = st.slider(
            "Longest answer, in tokens",
            16,
            4000,
            key=session.widget("templates/tokens"),
            persist_state="session",
        )
    return {"temperature": temperature, "max_tokens": tokens, "quality_filter": keep}


def preview(studio: Engine, data: dict[str, Any]) -> None:
    """The number of combinations, the first prompts and the button; or what is off."""
    if not data["template_prompts"]:
        st.caption("Write a template on the left to see what it would ask.")
        return
    try:
        order = read_order(data)
        shown = studio.templates.preview(order, limit=SHOWN)
    except InvalidInput as error:
        show_error(str(error), error.code, advice=False)
        return
    first_prompts(shown)
    with st.container(horizontal=True):
        start = st.button(
            f"Write {shown.asked:,} texts", type="primary", icon=":material/play_arrow:"
        )
        st.button("Draw others", icon=":material/shuffle:", on_click=draw_others)
    if start:
        begin(studio, order)


def first_prompts(shown: TemplatePreview) -> None:
    """What would be asked first."""
    with st.container(horizontal=True, gap="large"):
        st.metric("Combinations", f"{shown.combinations:,}", width="content")
        st.metric("Texts", f"{shown.asked:,}", width="content")
    st.caption("The first prompts, word for word:")
    for prompt in shown.prompts:
        with st.container(border=True):
            prose(prompt)
    if shown.asked > shown.combinations:
        st.caption("Prompts come again when each was asked once: the answers differ.")


def draw_others() -> None:
    """Another seed, so other combinations."""
    session.set_value("templates/seed", random.randrange(2**31))


def begin(studio: Engine, order: TemplateOrder) -> None:
    """Queue the order."""
    with told():
        studio.templates.start(session.me(), order)
        draw_others()
        session.notice("Started. It goes on when you leave this page.")
        st.rerun()


def ended(studio: Engine, job: Job) -> None:
    """What came of the newest order, and its file."""
    st.subheader("Results")
    generation(studio, job.id)
    chosen = Selection(which=Which.ALL, job_id=job.id)
    count = studio.exports.count(job.user_id, chosen)
    if count:
        download(studio, job.request["output_format"], chosen, count, key=job.id)
