"""Batches of phase 1 by themselves: how long the teacher is held, and what a used up budget leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import pytest

from engine.budget.errors import BudgetUsedUp
from engine.domain.erasure import Noun
from engine.domain.job import Job
from engine.domain.quality import Quality
from engine.domain.two_phase import Input
from engine.engine import Engine
from engine.store.texts import ERASED
from engine.two_phase.phase_one import PhaseOne
from engine.two_phase.request import settings_of
from models.base import Answer, Finish, Message
from tests.processes import Home


class Paid:
    """A teacher in this process whose budget has room for so many answers, none like another."""

    name = "paid"

    def __init__(self, room: int) -> None:
        self.lent = 0
        self._room = room
        self._lock = Lock()

    @contextmanager
    def lend(self) -> Iterator[Paid]:
        self.lent += 1
        yield self

    def stream(self, messages: Sequence[Message], *, seed: int, **_: Any) -> Answer:
        with self._lock:
            if not self._room:
                raise BudgetUsedUp("job", "tokens", 9, 9)
            self._room -= 1
            return Said(" ".join(f"word{seed}x{place}" for place in range(12)) + ".")


class Said(Answer):
    def __init__(self, text: str) -> None:
        self.model, self.finish, self._text = "paid", Finish("stop", 1, 1), text

    def __iter__(self) -> Iterator[str]:
        yield self._text

    def close(self) -> None:
        """Nothing runs."""


def begun(engine: Engine, **settings: Any) -> Job:
    inputs = [Input(f"A lamp in window number {number}.") for number in range(12)]
    given = settings | {"two_phase_training": False, "auto_accept_above": 0.0}
    return engine.two_phase.create("anna", inputs, **given)


def phase_one(engine: Engine, job: Job, teacher: Paid) -> PhaseOne:
    return PhaseOne(
        engine.store,
        job,
        settings_of(job.request),
        engine.kinds.get("stories"),
        teacher.lend,
        lambda text, asked: Quality(8.0),
        threshold=7.0,
        in_flight=2,
        cancelled=lambda: False,
    )


def test_one_model_writes_all_batches_that_follow_each_other(home: Home) -> None:
    job, teacher = begun(home.engine, target_summaries=9, batch_size=2), Paid(50)
    assert phase_one(home.engine, job, teacher).run().accepted == 9
    assert teacher.lent == 1


def test_an_input_whose_words_were_erased_is_not_written_about(home: Home) -> None:
    engine = home.engine
    job = begun(engine, target_summaries=12, batch_size=12)
    reached = {Noun.INPUT.value: [f"{job.id}:3"]}
    engine.store.erasures.erase("e" * 32, "anna", "a phrase", reached)
    phase_one(engine, job, Paid(99)).run()
    written = {each.seed_prompt for each in engine.store.examples.list("anna", job_id=job.id)}
    assert written == {each.prompt for each in engine.store.two_phases.inputs(job.id)} - {ERASED}


def test_a_used_up_budget_keeps_the_answers_that_were_paid_for(home: Home) -> None:
    """The slot it had no room for is not spent: it is written when there is room again."""
    engine = home.engine
    job = begun(engine, target_summaries=8, batch_size=4)
    with pytest.raises(BudgetUsedUp):
        phase_one(engine, job, Paid(3)).run()
    assert len(engine.store.outcomes.done(job.id)) == 3
    assert len(engine.store.examples.list("anna", job_id=job.id)) == 3
    phase_one(engine, job, Paid(5)).run()
    assert engine.store.outcomes.done(job.id) == set(range(8))
