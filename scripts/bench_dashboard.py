"""The dashboard's part of `make bench`: every figure of the page on a large collection.

A temporary home gets 50,000 examples, 200 trainings of 300 steps with their versions, and 400 jobs;
then each verb of the overview is timed, and the whole page drawn without a browser.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.bootstrap import open_engine
from engine.settings import load_settings
from scripts.large_collection import USER, fill

ROUNDS = 5


def bench_dashboard(home: Path) -> dict[str, float]:
    """Median seconds of each verb, of all together, and of the page."""
    engine = open_engine(load_settings(home=home / "dashboard"))
    engine.ensure_user(USER)
    fill(engine)
    overview = engine.overview
    newest = [line.id for line in overview.runs(USER)[:6]]
    verbs: dict[str, Callable[[], object]] = {
        "board": lambda: overview.board(USER),
        "scores": lambda: overview.scores(USER),
        "growth": lambda: overview.growth(USER),
        "genres": lambda: overview.genres(USER),
        "figures": lambda: overview.figures(USER),
        "next_step": lambda: overview.next_step(USER),
        "runs": lambda: overview.runs(USER),
        "curves": lambda: overview.curves(USER, newest),
        "curves_csv": lambda: overview.curves_csv(USER, newest),
        "statistics": lambda: overview.statistics(USER),
        "queue": lambda: overview.queue(USER),
        "resources": overview.resources,
        "readiness": lambda: engine.readiness(USER),
        "versions": lambda: engine.store.versions.list(USER, limit=5),
    }
    found = {name: median_seconds(call) for name, call in verbs.items()}
    together = (
        "board",
        "growth",
        "readiness",
        "curves",
        "curves_csv",
        "queue",
        "resources",
        "versions",
    )
    found["page_verbs_together"] = sum(found[name] for name in together)
    found["page"] = page_seconds(home / "dashboard")
    engine.store.database.dispose()
    return {name: round(seconds, 3) for name, seconds in found.items()}


def median_seconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def page_seconds(home: Path) -> float:
    """Median of drawing the whole page, its script and all, in this process."""
    from streamlit.testing.v1 import AppTest

    from studio.web.navigation import DASHBOARD, ROUTER

    with environment("ZEGA_HOME", str(home)):
        app = AppTest.from_file(str(ROUTER), default_timeout=60)
        app.query_params["who"] = USER
        app.run()
        app.switch_page(f"../../pages/{DASHBOARD.file}").run()
        assert not app.exception, app.exception
        return median_seconds(app.run)


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
