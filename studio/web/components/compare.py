"""Which two models stand beside each other, having them measured, and the report to keep."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from engine.domain.evaluation import Evaluation
from engine.domain.job import Job, JobKind
from engine.domain.version import Version
from engine.engine import Engine
from engine.errors import EngineError
from engine.evaluation.comparing import Candidate, Compared
from engine.evaluation.findings import Findings, as_json
from engine.evaluation.joined import Joined
from engine.evaluation.markdown import as_markdown
from studio.web import session
from studio.web.components.errors import show_error, told
from studio.web.components.jobs import NAMES, bar, cancel_button

EVERY_SECONDS = 2
TTL_SECONDS = 600  # erased words must not stay in memory for long


def choose(studio: Engine, candidates: Sequence[Candidate]) -> tuple[Candidate, Candidate]:
    """The old and the new model; at first the newest version that was measured, and its rival."""
    known = {each.id: each for each in candidates}
    versions = [each for each in candidates if each.version is not None]
    newest = next((each for each in versions if each.evaluations), versions[0])
    if session.value("compare/new") not in known:
        session.set_value("compare/new", newest.id)
    new = known[session.value("compare/new")]
    others = [each.id for each in candidates if each.id != new.id]
    if session.value("compare/old") not in others:
        session.set_value("compare/old", studio.comparing.rival_of(new, candidates))
    with st.container(horizontal=True):
        chosen_old = st.selectbox(
            "Old",
            others,
            format_func=lambda each: label_of(known[each]),
            key=session.widget("compare/old"),
            persist_state="session",
        )
        st.selectbox(
            "New",
            list(known),
            format_func=lambda each: label_of(known[each]),
            key=session.widget("compare/new"),
            on_change=session.forget,
            args=("compare/old",),
            persist_state="session",
        )
    return known[chosen_old], new


@st.cache_data(max_entries=32, ttl=TTL_SECONDS, show_spinner="Comparing what they wrote …")
def compared(
    ids: tuple[str, str],
    _studio: Engine,
    _old: Evaluation,
    _new: Evaluation,
    _version: Version | None,
) -> Compared:
    """Everything in which two evaluations differ; computed once for each two ids."""
    return _studio.comparing.compare(_old, _new, _version)


def joined(
    studio: Engine, old: Candidate, new: Candidate, pair: tuple[Evaluation, Evaluation]
) -> Joined | None:
    """What changed in the data beside what changed in the answers; None where nobody knows it."""
    ids = (*(each.id for each in pair), old.id, new.id)
    return _joined(ids, studio.calibration.threshold(session.me()), studio, old, new, pair)


@st.cache_data(max_entries=32, ttl=TTL_SECONDS, show_spinner="Comparing what they learned …")
def _joined(
    ids: tuple[str, ...],
    threshold: float,
    _studio: Engine,
    _old: Candidate,
    _new: Candidate,
    _pair: tuple[Evaluation, Evaluation],
) -> Joined | None:
    """It reads every example that came or went: once for each two models and each threshold."""
    return _studio.comparing.joined(_old, _new, _pair)


def not_measured(studio: Engine, old: Candidate, new: Candidate) -> None:
    """What is missing, and the button that has it measured."""
    if (running := evaluating(studio, None)) is not None:
        measuring(studio, running.id)
        return
    with st.container(border=True):
        st.markdown(
            "These two have not been measured on the same set yet: the same prompts, and texts that "
            "neither was trained on."
        )
        asked = [name for each in (new, old) if (name := asked_as(studio, each))]
        if len(asked) < 2:
            st.caption(
                "From here only the base model in use and versions trained on it can be measured."
            )
        elif st.button("Measure both", type="primary", icon=":material/straighten:"):
            with told():
                studio.evaluations.measure(session.me(), asked[0], rival=asked[1])
                session.notice("Measuring. It goes on when you leave this page.")
                st.rerun()


def evaluating(studio: Engine, benchmark: str | None) -> Job | None:
    """The evaluation that runs or waits on a benchmark, None being the frozen set."""
    jobs = studio.active_jobs(session.me())
    return next((job for job in jobs if is_on(job, benchmark)), None)


def is_on(job: Job, benchmark: str | None) -> bool:
    """Whether a job measures models on this benchmark, None being the frozen set."""
    return job.kind is JobKind.EVALUATION and job.request["benchmark"] == benchmark


@st.fragment(run_every=EVERY_SECONDS)
def measuring(studio: Engine, job_id: str) -> None:
    """A bar with a way to stop it; the page is drawn anew at its end."""
    job = studio.job(session.me(), job_id)
    if job.state.is_final:
        st.rerun()
    bar(job, title=NAMES[job.kind])
    cancel_button(studio, job, key=f"compare/cancel/{job.id}")


def last_problem(studio: Engine, benchmark: str | None = None) -> None:
    """Why the last measuring on a benchmark, or on the frozen set, ended early, until one ends well."""
    ended = [job for job in studio.jobs(session.me()) if is_on(job, benchmark)]
    if ended and ended[0].error:
        show_error(ended[0].error, ended[0].error_code)


def asked_as(studio: Engine, candidate: Candidate) -> str:
    """How a model is named where it is measured; nothing for one that is neither the base served now nor
    a version of it."""
    name = "base" if candidate.version is None else str(candidate.version.number)
    try:
        found = studio.evaluations.contenders.find(session.me(), name)
    except EngineError:
        return ""
    return name if found.name == candidate.label else ""


def label_of(candidate: Candidate) -> str:
    """E.g. `zega-anna v3 · not measured`."""
    return candidate.label if candidate.evaluations else f"{candidate.label} · not measured"


def downloads(found: Findings, title: str) -> None:
    """The whole report, to keep or to hand on."""
    name = title.replace(" ", "-")
    with st.container(horizontal=True):
        st.download_button(
            "Download as Markdown",
            lambda: as_markdown(found),
            file_name=f"{name}.md",
            mime="text/markdown",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Download as JSON",
            lambda: json.dumps(as_json(found), ensure_ascii=False, indent=2),
            file_name=f"{name}.json",
            mime="application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )
