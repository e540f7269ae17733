"""The large model writes ahead of a person, never more than is needed, and nothing is lost on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine.domain.job import Job, JobState
from engine.domain.review import Order, ReviewFilter
from engine.domain.two_phase import Input
from engine.engine import Engine
from engine.jobs.work import Runner
from engine.teaching import teachers
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp, good_texts
from tests.processes import Home, wait_for

INPUTS = [Input(f"A lamp in window number {number}.") for number in range(40)]


def start(engine: Engine, **settings: Any) -> Job:
    """Only phase 1, of inputs of their own; nothing of a hub is asked for."""
    given: dict[str, Any] = {
        "two_phase_training": False,
        "summary_model_name": "teacher",
        "target_summaries": 20,
    }
    return engine.two_phase.start("anna", INPUTS, **(given | settings))


@contextmanager
def running(engine: Engine, job: Job) -> Iterator[None]:
    """The worker's work on the job beside the test; it has ended when the block is left."""
    thread = threading.Thread(target=Runner(engine).run, args=(job.id,))
    thread.start()
    try:
        yield
    finally:
        if engine.store.jobs.get(job.id).state is not JobState.SUCCEEDED:
            engine.cancel("anna", job.id)
        thread.join()


@pytest.fixture
def teacher(home: Home) -> Iterator[FakeLlamaCpp]:
    """A teacher that never says the same twice."""
    words = [
        f"{row['text']} So it was told at hour {n}." for n, row in enumerate(good_texts() * 20)
    ]
    with fake_llamacpp(texts=distinct(words)) as server:
        home.publish(server)
        yield server


def distinct(texts: list[str]) -> list[str]:
    """The same texts with their words numbered, so that none nearly repeats another."""
    return [
        " ".join(
            f"{word}{n}" if place % 4 == 1 else word for place, word in enumerate(text.split())
        )
        for n, text in enumerate(texts)
    ]


def waiting_for_a_person(engine: Engine, job: Job) -> bool:
    return "for your decision" in engine.store.jobs.get(job.id).stage


def test_it_writes_three_batches_ahead_and_no_more_than_the_target_needs(
    home: Home, teacher: FakeLlamaCpp
) -> None:
    engine, job = home.engine, start(home.engine, target_summaries=20, batch_size=4)
    where = ReviewFilter(job_id=job.id)
    with running(engine, job):
        wait_for("the first texts", lambda: waiting_for_a_person(engine, job))
        assert engine.review.progress("anna", where).waiting == 12
        accepted = 0
        while accepted < 20:
            wait_for("a card", lambda: engine.review.next("anna", where) is not None)
            card = engine.review.next("anna", where, Order.OLDEST)
            assert card is not None
            engine.review.accept("anna", card.example.id, seen=card.seen)
            accepted += 1
            progress = engine.review.progress("anna", where)
            assert progress.waiting <= min(12, progress.to_go)
        wait_for("the end", lambda: engine.store.jobs.get(job.id).state.is_final)
    ended = engine.store.jobs.get(job.id)
    assert (ended.state, ended.error) == (JobState.SUCCEEDED, "")
    assert (ended.result["accepted"], ended.done, ended.total) == (20, 20, 20)
    assert len(engine.store.outcomes.done(job.id)) == 20
    assert len(teacher.requests) == 20


def test_what_is_rejected_is_written_anew_and_an_edit_counts(
    home: Home, teacher: FakeLlamaCpp
) -> None:
    engine, job = home.engine, start(home.engine, target_summaries=12, batch_size=4)
    where, review = ReviewFilter(job_id=job.id), home.engine.review
    with running(engine, job):
        for number in range(24):
            wait_for("a card", lambda: review.next("anna", where) is not None)
            card = review.next("anna", where)
            assert card is not None
            if number % 2:
                review.reject("anna", card.example.id, seen=card.seen, reasons=["dull"])
            else:
                review.edit("anna", card.example.id, f"My own words, {number}.", seen=card.seen)
            if review.progress("anna", where).to_go == 0:
                break
        wait_for("the end", lambda: engine.store.jobs.get(job.id).state.is_final)
    accepted = engine.store.two_phases.accepted(job.id, threshold=7.0)
    assert engine.store.jobs.get(job.id).result["accepted"] == len(accepted) == 12
    assert {each.author.value for each in accepted} == {"person"}


def test_a_restart_goes_on_where_it_was_and_enough_is_enough(
    home: Home, teacher: FakeLlamaCpp
) -> None:
    engine, job = home.engine, start(home.engine, target_summaries=20, batch_size=4)
    with running(engine, job):
        wait_for("the first texts", lambda: waiting_for_a_person(engine, job))
        wait_for("no attempt to count", lambda: engine.store.jobs.get(job.id).attempts == 0)
        written = {each.id for each in engine.store.examples.list("anna", job_id=job.id)}
        # The process dies: the row still says that it runs, and another takes the job up.
        assert engine.store.jobs.get(job.id).state is JobState.RUNNING
        second = threading.Thread(target=Runner(home.open_engine()).run, args=(job.id,))
        card = engine.review.next("anna", ReviewFilter(job_id=job.id))
        assert card is not None
        engine.review.accept("anna", card.example.id, seen=card.seen)
        engine.two_phase.enough("anna", job.id)
        second.start()
        second.join()
    ended = engine.store.jobs.get(job.id)
    assert (ended.state, ended.result["accepted"]) == (JobState.SUCCEEDED, 1)
    assert {each.id for each in engine.store.examples.list("anna", job_id=job.id)} == written


def test_a_score_may_accept_and_nobody_is_waited_for(home: Home, teacher: FakeLlamaCpp) -> None:
    engine = home.engine
    job = start(engine, target_summaries=10, batch_size=8, auto_accept_above=0.0)
    Runner(engine).run(job.id)
    view = engine.two_phase.view("anna", job.id)
    assert view.job.state is JobState.SUCCEEDED, view.job.error
    assert (view.progress.accepted, view.progress.waiting, view.written) == (10, 0, 10)
    assert {entry.reviewer for entry in engine.review.history("anna")} == {"score"}


def test_a_cancelled_one_keeps_what_was_written_and_decided(
    home: Home, teacher: FakeLlamaCpp
) -> None:
    engine, job = home.engine, start(home.engine, target_summaries=20, batch_size=4)
    where = ReviewFilter(job_id=job.id)
    with running(engine, job):
        wait_for("the first texts", lambda: waiting_for_a_person(engine, job))
        card = engine.review.next("anna", where)
        assert card is not None
        engine.review.accept("anna", card.example.id, seen=card.seen)
        engine.cancel("anna", job.id)
        wait_for("the end", lambda: engine.store.jobs.get(job.id).state.is_final)
    assert engine.store.jobs.get(job.id).state is JobState.CANCELLED
    progress = engine.review.progress("anna", where)
    assert progress.accepted == 1
    assert progress.waiting >= 11


def test_a_teacher_that_is_gone_ends_the_job_and_says_so(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teachers, "JOB_ATTEMPTS", 1)
    with fake_llamacpp(errors=10_000) as teacher:
        home.publish(teacher)
        job = start(home.engine, target_summaries=10, batch_size=2)
        Runner(home.engine).run(job.id)
    ended = home.engine.store.jobs.get(job.id)
    assert (ended.state, ended.error_code) == (JobState.FAILED, "model_unavailable")


def test_a_model_that_is_not_here_is_replaced_and_that_is_said(
    home: Home, teacher: FakeLlamaCpp
) -> None:
    job = start(
        home.engine,
        target_summaries=4,
        auto_accept_above=0.0,
        summary_model_name="Qwen/Qwen2.5-7B-Instruct",
    )
    Runner(home.engine).run(job.id)
    ended, state = home.engine.store.jobs.get(job.id), home.engine.store.two_phases.get(job.id)
    assert ended.state is JobState.SUCCEEDED, ended.error
    assert (state.teacher, state.student) == ("tiny", "tiny")
    assert "Qwen/Qwen2.5-7B-Instruct is not to be had here: tiny writes in its place" in "".join(
        state.notices
    )
    assert list(state.notices) == ended.result["notices"]
