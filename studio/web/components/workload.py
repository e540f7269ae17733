"""What runs and what waits, in which order, on what machine, and how earlier work went."""

from __future__ import annotations

import streamlit as st

from engine.domain.job import JobState
from engine.engine import Engine
from engine.overview.resources import Resources
from engine.overview.statistics import Statistics
from engine.store.workload import Move, Waiting
from studio.web import session
from studio.web.components.by_itself import coming_line
from studio.web.components.errors import told
from studio.web.components.jobs import NAMES, bar, cancel_button
from studio.web.wording import duration, plain, size

EVERY_SECONDS = 3
MOVES = {
    Move.FRONT: ("First", ":material/vertical_align_top:"),
    Move.UP: ("Up", ":material/arrow_upward:"),
    Move.DOWN: ("Down", ":material/arrow_downward:"),
}
# What people call the programs behind the studio.
PROGRAMS = {
    "studio.cli": "Supervisor",
    "studio.web.server": "Pages",
    "engine.jobs.worker": "Worker",
    "engine.training.child": "Trainer",
    "engine.evaluation.child": "Measurement",
    "engine.memory.process": "Memory",
    "engine.serving.process": "Model server",
    "engine.serving.seq2seq_process": "T5",
    "models.llamacpp_server": "llama.cpp",
}


def show_live(studio: Engine) -> None:
    """Queue and machine; on a timer while something runs or waits."""
    open_jobs = len(studio.active_jobs(session.me()))
    look = st.fragment(look_at_work, run_every=EVERY_SECONDS if open_jobs else None)
    look(studio, open_jobs=open_jobs)


def look_at_work(studio: Engine, *, open_jobs: int) -> None:
    """One look. When a job has come or gone the whole page is drawn again."""
    waiting = studio.overview.queue(session.me())
    if len(waiting) != open_jobs:
        st.rerun()
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Queue")
        if not waiting:
            st.caption("Nothing runs and nothing waits.")
        for each in waiting:
            queued(studio, each, waiting)
        coming_line(studio)
    with right:
        st.subheader("This machine")
        machine(studio.overview.resources())


def queued(studio: Engine, each: Waiting, all_waiting: list[Waiting]) -> None:
    """One job with its turn, and the buttons that change it."""
    job = each.job
    with st.container(border=True, gap="xsmall"):
        bar(job, title=NAMES[job.kind])
        if job.state is JobState.QUEUED:
            ahead = f"{each.ahead} ahead of it, those of other names included."
            st.caption(ahead if each.ahead else "It is next.")
        with st.container(horizontal=True, gap="small"):
            if job.state is JobState.QUEUED:
                move_buttons(studio, each, all_waiting)
            cancel_button(studio, job, key=f"queue/{job.id}")


def move_buttons(studio: Engine, each: Waiting, all_waiting: list[Waiting]) -> None:
    """Ways to change its turn among one's own jobs of its kind, as far as there are any."""
    mine = [
        other.job.id
        for other in all_waiting
        if other.job.kind is each.job.kind and other.job.state is JobState.QUEUED
    ]
    place = mine.index(each.job.id)
    possible = {Move.FRONT: place > 1, Move.UP: place > 0, Move.DOWN: place < len(mine) - 1}
    for move, (label, icon) in MOVES.items():
        if possible[move] and st.button(label, key=f"{move.value}/{each.job.id}", icon=icon):
            with told():
                studio.overview.move(session.me(), each.job.id, move)
                st.rerun()


def machine(found: Resources) -> None:
    """What the machine has and what is taken, then the studio's own share of the memory."""
    figures = {
        "CPU load, last minute": f"{found.busy_cores:.1f} on {found.cores} cores",
        "Memory in use": f"{size(found.memory_used)} of {size(found.memory_total)}",
        "Disk free": f"{size(found.disk_free)} of {size(found.disk_total)}",
    }
    with st.container(horizontal=True, gap="medium"):
        for label, figure in figures.items():
            st.metric(label, figure, width="content")
    for gpu in found.gpus:
        busy = "" if gpu.busy is None else f", {gpu.busy:.0%} busy"
        memory = f"{size(gpu.memory_used)} of {size(gpu.memory_total)}"
        st.caption(plain(f"GPU {gpu.name}: {memory}{busy}"))
    if not found.gpus:
        st.caption("No graphics card that this studio can ask.")
    rows = [
        {"Program": PROGRAMS.get(use.module, use.module), "Memory": size(use.memory)}
        for use in found.processes
    ]
    st.dataframe(rows, hide_index=True, alt="Resident memory of the studio's programs")


def show_statistics(statistics: Statistics) -> None:
    """Ended jobs by kind."""
    if not statistics.jobs:
        st.caption("No job has ended yet.")
        return
    rows = [
        {
            "Kind": NAMES[each.kind],
            "Jobs": f"{each.jobs:,}",
            "Succeeded": share(each.success_rate, each.succeeded + each.failed),
            "Cancelled": f"{each.cancelled:,}",
            "Average time": "" if each.average_seconds is None else duration(each.average_seconds),
        }
        for each in statistics.by_kind
    ]
    st.dataframe(rows, hide_index=True, alt="Jobs by kind with success rate and time")
    st.caption(
        f"n = {statistics.jobs:,} jobs. Cancelled ones are no failures; the time is that of jobs "
        "that succeeded."
    )


def share(rate: float | None, count: int) -> str:
    """`83 % of 12`."""
    return "" if rate is None else f"{100 * rate:.0f} % of {count:,}"
