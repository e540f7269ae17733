"""Trainings side by side: their losses in one chart, complete as CSV, and all of them in a table."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.domain.job import JobState
from engine.engine import Engine
from engine.overview.curves import Curve
from engine.overview.following import FollowedCurves
from engine.store.curves import RunLine
from studio.web import session
from studio.web.components.overview import draw
from studio.web.navigation import TRAININGS
from studio.web.overview_charts import PALETTE, loss_overlay
from studio.web.run_charts import Kept
from studio.web.wording import duration, moment

EVERY_SECONDS = 2
TABLE_PIXELS = 280


def show_runs(studio: Engine, runs: Sequence[RunLine]) -> None:
    """Live while one of them runs."""
    if not runs:
        st.caption("No training yet. Each one's losses show here while it runs, and stay.")
        return
    chosen = choose_runs(runs)
    running = any(run.id in chosen and run.state is JobState.RUNNING for run in runs)
    following = studio.overview.follow_curves(session.me(), chosen)
    losses = Kept(lambda *curves: loss_overlay(curves))
    draw_them = st.fragment(show_curves, run_every=EVERY_SECONDS if running else None)
    draw_them(studio, chosen, following, losses)
    st.page_link(TRAININGS.path, label="Look at one of them", icon=TRAININGS.icon)
    with st.expander(f"All trainings, n = {len(runs):,}", icon=":material/table_rows:"):
        st.dataframe(
            [table_row(run) for run in runs],
            hide_index=True,
            height=min(TABLE_PIXELS, 38 + 35 * len(runs)),
            alt="Trainings with their losses and times",
        )


def choose_runs(runs: Sequence[RunLine]) -> list[str]:
    """The trainings to lay over each other; at first the newest."""
    labels = run_labels(runs)
    session.start_with("runs", [runs[0].id])
    session.set_value("runs", [run_id for run_id in session.value("runs") if run_id in labels])
    return st.multiselect(
        "Trainings to compare",
        list(labels),
        format_func=lambda run_id: labels[run_id],
        max_selections=len(PALETTE),
        key=session.widget("runs"),
        persist_state="session",
        placeholder="Choose one or several",
    )


def run_labels(runs: Sequence[RunLine]) -> dict[str, str]:
    """What each training is called where one chooses, by its id."""
    return {
        run.id: f"{run.label} · {moment(run.created_at)}" if run.version else run.label
        for run in runs
    }


def show_curves(studio: Engine, chosen: list[str], following: FollowedCurves, losses: Kept) -> None:
    """The chart, figures of each training in it, and the download."""
    if not chosen:
        st.caption("Choose a training to see its losses.")
        return
    curves = following.look()
    if not curves:
        st.caption("Nothing is logged yet: the first step comes within a minute of the start.")
        return
    labels = ", ".join(curve.run.label for curve in curves)
    draw(losses(*curves), "losses", f"Training and validation loss by step of {labels}")
    st.caption("Solid: training. Dashed: validation. Star: the lowest validation loss so far.")
    for curve in curves:
        st.caption(curve_sentence(curve))
    csv_button(studio, chosen)


def csv_button(studio: Engine, run_ids: Sequence[str]) -> None:
    """Every step of these trainings as a file."""
    user = session.me()
    st.download_button(
        "Download as CSV",
        lambda: studio.overview.curves_csv(user, run_ids),
        file_name="losses.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help="Every logged step, also where the chart leaves some out.",
    )


def curve_sentence(curve: Curve) -> str:
    """E.g. `v3: best validation loss 3.394 at step 96, 310 tokens/s, 1,650 MB, epoch 3.0.`"""
    parts = []
    if curve.best is not None:
        parts.append(
            f"best validation loss so far {curve.best.value:.3f} at step {curve.best.step}"
        )
    if speed := curve.last.tokens_per_second or curve.run.speed:
        parts.append(f"{speed:,.0f} tokens/s")
    if curve.last.learning_rate is not None:
        parts.append(f"learning rate {curve.last.learning_rate:.1e}")
    parts.append(f"{curve.last.memory_mb:,.0f} MB")
    parts.append(f"epoch {curve.last.epoch:.1f}")
    parts.append(f"{curve.steps:,} of {curve.run.total_steps or '?'} steps")
    return f"**{curve.run.label}**: {', '.join(parts)}."


def table_row(run: RunLine) -> dict[str, str]:
    """One training as a row."""
    best = run.best_validation_loss
    return {
        "Version": f"v{run.version}" if run.version else "none",
        "Started": moment(run.created_at),
        "State": run.state.value,
        "Recipe": run.recipe,
        "Steps": f"{run.total_steps:,}",
        "Best validation loss (nats/token)": "" if best is None else f"{best:.3f}",
        "Speed": f"{run.speed:,.0f} tokens/s" if run.speed else "",
        "Time": duration(run.seconds) if run.seconds else "",
    }
