"""The dashboard's part of `make bench`, and that of Data and Review: their figures on a large collection.

A temporary home gets 50,000 examples, 200 trainings of 300 steps with their versions, and 400 jobs;
then each verb of the pages is timed, examples narrowed by every filter, and the pages drawn without a
browser.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path

from engine.bootstrap import open_engine
from engine.domain.example import Author, ExampleState, Source
from engine.domain.review import Order, Pile, ReviewFilter
from engine.engine import Engine
from engine.settings import load_settings
from engine.store.example_pages import ExampleFilter
from scripts.large_collection import EXAMPLES, USER, fill
from studio.web.navigation import DASHBOARD, DATA, REVIEW, ROUTER, Screen

ROUNDS = 5
ROWS = 25  # of a page of examples
FILTERS = {
    "all": ExampleFilter(),
    "genre": ExampleFilter(genre="horror"),
    "kind": ExampleFilter(kind="code"),
    "source": ExampleFilter(source=Source.AUTO_TRAIN),
    "author": ExampleFilter(author=Author.PERSON),
    "state": ExampleFilter(state=ExampleState.LOW),
    "score": ExampleFilter(lowest=7.0, highest=7.5),
    "every field": ExampleFilter(
        Source.AUTO_TRAIN, Author.TEACHER, "horror", "stories", ExampleState.USABLE, 7.0, 9.0
    ),
    "nothing": ExampleFilter(source=Source.VARIANT),
}


def bench_dashboard(home: Path) -> dict[str, float]:
    """Median seconds of each verb, of those of the dashboard together, and of the pages."""
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
        "feedback": lambda: engine.feedback.figures(USER),
        "versions": lambda: engine.store.versions.list(USER, limit=5),
    }
    found = {name: median_seconds(call) for name, call in verbs.items()}
    together = (
        "board",
        "growth",
        "readiness",
        "feedback",
        "curves",
        "curves_csv",
        "queue",
        "resources",
        "versions",
    )
    found["page_verbs_together"] = sum(found[name] for name in together)
    found["page"] = page_seconds(home / "dashboard", DASHBOARD)
    found |= {name: median_seconds(call) for name, call in filters(engine).items()}
    found["page of Data"] = page_seconds(home / "dashboard", DATA)
    found["page of Review"] = page_seconds(home / "dashboard", REVIEW)
    engine.store.database.dispose()
    return {name: round(seconds, 3) for name, seconds in found.items()}


def filters(engine: Engine) -> dict[str, Callable[[], object]]:
    """What Data and Review ask for, narrowed in every way: a page with its count, or the next card with
    how many are left; and the scores beside them."""
    shelf, review = engine.shelf, engine.review
    found: dict[str, Callable[[], object]] = {
        "examples, last page": lambda: shelf.page(USER, limit=ROWS, offset=EXAMPLES - ROWS)
    }
    for name, chosen in FILTERS.items():
        found[f"examples by {name}"] = partial(shelf.page, USER, chosen, limit=ROWS)
        found[f"scores by {name}"] = partial(shelf.scores, USER, chosen)
    for pile, order in product(Pile, Order):
        where = ReviewFilter(pile=pile)
        found[f"review of {pile}, {order} first"] = partial(review.next, USER, where, order)
        found[f"progress of {pile}"] = partial(review.progress, USER, where)
    return found


def median_seconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def page_seconds(home: Path, screen: Screen) -> float:
    """Median of drawing the whole page, its script and all, in this process."""
    from streamlit.testing.v1 import AppTest

    with environment("ZEGA_HOME", str(home)):
        app = AppTest.from_file(str(ROUTER), default_timeout=60)
        app.query_params["who"] = USER
        app.run()
        app.switch_page(f"../../pages/{screen.file}").run()
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
