"""Two-phase training on the Review page: what a large model is to write, and how both phases stand."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.data.encoding import decode
from engine.domain.job import Job, JobState
from engine.domain.two_phase import Input, MemoryReading, TwoPhaseSettings
from engine.engine import Engine
from engine.errors import EngineError
from engine.two_phase import TwoPhaseView
from engine.two_phase.request import read_inputs
from studio.web import session
from studio.web.components.errors import show_error
from studio.web.components.jobs import bar, cancel_button
from studio.web.components.training import stages
from studio.web.navigation import MY_MODEL
from studio.web.wording import plain

EVERY_SECONDS = 2
DEFAULTS = TwoPhaseSettings()
MOMENTS = {
    "before": "while the large model writes",
    "released": "after it has left",
    "training": "while the small model learns, at most",
    "served": "when texts can be written again",
}


def two_phase(studio: Engine, above: DeltaGenerator, *, card: bool) -> None:
    """How the newest one stands, live and `above` the texts while it runs; else the way to start one.

    `card` says whether a text is shown to decide about.
    """
    job = studio.two_phase.newest(session.me())
    running = job is not None and not job.state.is_final
    if job is not None:
        draw = st.fragment(show_two_phase, run_every=EVERY_SECONDS if running else None)
        with above if running else st.container():
            draw(studio, job, was_running=running, card=card)
    if not running:
        with st.expander("Have a large model write for review", icon=":material/edit_square:"):
            ask(studio)


def show_two_phase(studio: Engine, job: Job, *, was_running: bool, card: bool) -> None:
    """One look at it. The page is drawn anew when it ends, and when a first text waits."""
    view = studio.two_phase.view(session.me(), job.id)
    if was_running and (view.job.state.is_final or (not card and view.progress.waiting)):
        st.rerun()
    if view.job.state.is_final:
        ending(view)
    else:
        phase_one(studio, view) if view.phase == 1 else phase_two(view)
        cancel_button(studio, view.job, key=f"cancel/{job.id}")
    if view.state.notices:
        with st.expander("Otherwise than asked for", icon=":material/info:"):
            for remark in view.state.notices:
                st.caption(plain(remark))
    if view.state.memory:
        memory(view.state.memory)


def phase_one(studio: Engine, view: TwoPhaseView) -> None:
    """Texts are written and decided about, until enough are accepted."""
    progress, target = view.progress, view.settings.target_summaries
    st.progress(
        min(1.0, progress.accepted / target),
        text=plain(
            f"{progress.accepted:,} of {target:,} accepted · {view.written:,} written, "
            f"{progress.waiting:,} wait for you, {progress.rejected:,} rejected"
        ),
    )
    st.caption(plain(view.job.stage))
    if progress.accepted >= view.needed:
        then = "train on" if view.settings.two_phase_training else "stop at"
        st.button(
            f"Enough: {then} the {progress.accepted:,} accepted now",
            icon=":material/model_training:",
            on_click=enough,
            args=(studio, view.job.id),
        )


def phase_two(view: TwoPhaseView) -> None:
    """The large model has left memory and the small one learns."""
    if view.training is None:
        bar(view.job)
        return
    bar(view.training.job)
    stages(view.training.job)


def ending(view: TwoPhaseView) -> None:
    """What came of the newest one."""
    safe = "What was written and decided is safe."
    if view.job.state is JobState.CANCELLED:
        st.info(f"The two-phase training was cancelled. {safe}", icon=":material/stop_circle:")
    elif view.job.state is JobState.FAILED:
        show_error(view.job.error, view.job.error_code, safe=safe)
    elif view.training and view.training.version:
        version = view.training.version
        st.success(f"{plain(version.label)}: {plain(version.verdict)}", icon=":material/verified:")
        st.page_link(MY_MODEL.path, label="Look at it on My model", icon=MY_MODEL.icon)
    else:
        st.success(f"{view.progress.accepted:,} texts are accepted.", icon=":material/done_all:")


def memory(readings: tuple[MemoryReading, ...]) -> None:
    """What both models took; they are never in memory together."""
    lines = [
        plain(
            f"{MOMENTS.get(each.moment, each.moment)}: {each.uss_mb:,} MB, language models "
            f"{each.models_mb:,} MB of it, the training {each.trainer_mb:,} MB"
        )
        for each in readings
    ]
    with st.expander("Memory in use", icon=":material/memory:"):
        st.markdown("\n".join(f"- {line}" for line in lines))


def ask(studio: Engine) -> None:
    """What to write about, how much to accept, and the names of both models."""
    st.markdown(
        "It writes, you decide. Once enough is accepted it leaves memory, and a small model learns "
        "what you accepted."
    )
    kinds = {each.name: each.title for each in studio.kinds.all()}
    kind = st.selectbox("What is written", list(kinds), format_func=kinds.__getitem__)
    st.text_area(
        "What to write about, one idea a line",
        key=session.widget("two-phase/ideas"),
        persist_state="session",
        placeholder="Leave it empty for the prompts of this kind.",
    )
    file = st.file_uploader("Or a file: .txt with one a line, or .jsonl", type=["txt", "jsonl"])
    target = st.number_input("Texts to accept", 1, 5000, DEFAULTS.target_summaries)
    with st.expander("Models and training"):
        chosen = numbers()
    if st.button("Start writing", type="primary", icon=":material/play_arrow:"):
        try:
            ideas = session.value("two-phase/ideas") or ""
            inputs = [Input(line.strip()) for line in ideas.splitlines() if line.strip()]
            if file is not None:
                inputs += read_inputs(file.name, decode(file.name, file.getvalue()).text)
            studio.two_phase.start(
                session.me(), inputs, kind=kind or "stories", target_summaries=target, **chosen
            )
        except EngineError as error:
            show_error(str(error), error.code, safe="Nothing was started.")
            return
        session.forget("review/pile")
        session.notice("Started. It goes on when you leave this page.")
        st.rerun()


def numbers() -> dict[str, object]:
    """The other settings, by their names."""
    left, right = st.columns(2)
    writer = left.text_input("Model that writes", DEFAULTS.summary_model_name)
    learner = right.text_input("Model that learns", DEFAULTS.training_model_name)
    st.caption("A model that this machine does not have is replaced by the packaged one, and said.")
    batch = left.number_input("Texts at once", 1, 64, DEFAULTS.batch_size)
    epochs = right.number_input("Passes of the training", 1, 100, DEFAULTS.training_epochs)
    rate = left.number_input(
        "Learning rate", 1e-7, 1e-2, DEFAULTS.learning_rate, step=1e-5, format="%.0e"
    )
    length = right.number_input("Tokens of a text at most", 64, 32_768, DEFAULTS.max_length)
    variants = left.toggle("Add reworded variants", DEFAULTS.data_augmentation)
    by_score = right.toggle("Accept by score, without me", False)
    cut = right.slider("Accept from", 0.0, 10.0, 7.0, 0.5) if by_score else None
    return {
        "summary_model_name": writer,
        "training_model_name": learner,
        "batch_size": batch,
        "training_epochs": epochs,
        "learning_rate": rate,
        "max_length": length,
        "data_augmentation": variants,
        "auto_accept_above": cut,
    }


def enough(studio: Engine, job_id: str) -> None:
    """Go on to phase 2."""
    try:
        studio.two_phase.enough(session.me(), job_id)
    except EngineError as error:
        session.fail(session.Failure(str(error), error.code))
