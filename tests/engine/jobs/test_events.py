"""A job's events: worked out from rows, so that a reader who comes back misses none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bootstrap import open_engine
from engine.domain.job import Job
from engine.engine import Engine
from engine.errors import NotFound
from engine.jobs import desk
from engine.jobs.events import JobEvent, latest
from engine.settings import load_settings
from tests.studio.web.shelf import Shelf


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings(home=tmp_path / "home"))
    yield opened
    opened.store.database.dispose()


@pytest.fixture
def anna(engine: Engine) -> Shelf:
    return Shelf(engine, "anna")


def seen(engine: Engine, job: Job, after: int = 0) -> list[JobEvent]:
    return desk.watch(engine, job.user_id, job.id, after=after).events


def test_a_training_has_an_event_for_every_row_in_order(engine: Engine, anna: Shelf) -> None:
    events = seen(engine, anna.training(steps=8))
    assert {event.name for event in events} == {"trainingProgress"}
    assert len(events) == 8 + 2  # two of the eight steps were followed by a validation
    assert [event.id for event in events] == sorted({event.id for event in events})
    assert [event.progress.done for event in events] == [1, 2, 3, 4, 4, 5, 6, 7, 8, 8]
    last = events[-1]
    assert (last.progress.total, last.progress.total_epochs) == (12, 3)
    assert [event.progress.current_epoch for event in events] == [1] * 5 + [2] * 5
    assert last.metrics["train_loss"] == pytest.approx(3.9 - 0.05 * 8)
    assert last.metrics["validation_loss"] == pytest.approx(4.0 - 0.05 * 8)


@pytest.mark.parametrize("place", range(10))
def test_whatever_event_was_the_last_the_rest_comes_and_no_other(
    engine: Engine, anna: Shelf, place: int
) -> None:
    job = anna.training(steps=8)
    events = seen(engine, job)
    rest = seen(engine, job, after=events[place].id)
    assert [event.id for event in rest] == [event.id for event in events[place + 1 :]]


def test_steps_that_are_done_again_come_once(engine: Engine, anna: Shelf) -> None:
    job = anna.training(steps=8)
    last = seen(engine, job)[-1].id
    anna.store.runs.add_step(anna.step(job.id, 7, 3.0, None))
    assert seen(engine, job, after=last) == []
    anna.store.runs.add_step(anna.step(job.id, 9, 2.9, None))
    assert [event.progress.done for event in seen(engine, job, after=last)] == [9]


def test_what_is_left_is_told_in_milliseconds_from_the_speed_so_far(
    engine: Engine, anna: Shelf
) -> None:
    job = anna.training(steps=0, total_steps=12)
    first = anna.step(job.id, 1, 3.5, None)
    anna.store.runs.add_step(first)
    assert seen(engine, job)[-1].progress.estimated_remaining is None
    later = replace(first, step=3, at=first.at.replace(year=first.at.year + 1))
    anna.store.runs.add_step(later)
    a_step = (later.at - first.at).total_seconds() / 2
    assert seen(engine, job)[-1].progress.estimated_remaining == round(1000 * 9 * a_step)


def test_the_end_is_above_every_event_and_always_comes(engine: Engine, anna: Shelf) -> None:
    job = anna.training()
    before = seen(engine, job)[-1].id
    anna.store.jobs.succeed(job.id, {"version": 1})
    ending = seen(engine, job, after=before)
    assert [event.name for event in ending] == ["trainingCompleted"]
    assert ending[0].id > before
    assert seen(engine, job, after=ending[0].id) == ending
    assert seen(engine, job, after=2**53) == ending


def test_a_training_that_failed_before_its_first_step_ends_too(engine: Engine, anna: Shelf) -> None:
    job = desk.create_training(engine, "anna")
    assert seen(engine, job) == []
    engine.cancel("anna", job.id)
    assert [event.name for event in seen(engine, job)] == ["trainingCancelled"]


def test_an_auto_training_counts_what_was_recorded(engine: Engine, anna: Shelf) -> None:
    job = anna.batch(kept=3, rejected=2, failed=1, more=4)
    (event,) = seen(engine, job)
    assert (event.id, event.name) == (6, "generationProgress")
    assert (event.progress.done, event.progress.total) == (6, 10)
    assert (event.metrics["successful"], event.metrics["failed"]) == (5, 1)
    assert (event.metrics["kept"], event.metrics["rejected"]) == (3, 2)
    assert event.progress.estimated_remaining is not None
    assert seen(engine, job, after=event.id) == []
    engine.cancel("anna", job.id)
    anna.store.jobs.cancelled(job.id)
    (ending,) = seen(engine, job, after=event.id)
    assert (ending.id, ending.name) == (11, "generationCancelled")


def test_what_is_latest_is_read_off_the_newest_rows(engine: Engine, anna: Shelf) -> None:
    job = anna.training(steps=2, total_steps=400)
    validated = replace(anna.step(job.id, 2, None, 3.3), tokens_per_second=None)
    anna.store.runs.add_step(validated)
    for number in range(3, 101):
        anna.store.runs.add_step(anna.step(job.id, number, 4 - number / 100, None))
    now = latest(anna.store, job)
    assert (now.progress.done, now.progress.total) == (100, 400)
    assert (now.metrics["train_loss"], now.metrics["validation_loss"]) == (3.0, 3.3)
    recent = anna.store.runs.newest_steps(job.id, 3)
    assert [step.step for step in recent] == [98, 99, 100]
    assert now.progress.estimated_remaining == pytest.approx(300 * 2000, rel=0.01)


def test_another_users_events_are_not_there(engine: Engine, anna: Shelf) -> None:
    job = anna.training()
    engine.ensure_user("ben")
    with pytest.raises(NotFound):
        desk.watch(engine, "ben", job.id)
