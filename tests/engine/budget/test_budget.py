"""Caps, what is left of them, who is counted, and how a job and a page end when they are reached."""

from __future__ import annotations

from typing import Any

import pytest

from engine.budget.errors import BudgetUsedUp
from engine.domain.budget import Caps, Left, Usage
from engine.domain.job import Job, JobKind, JobState
from engine.domain.provider import Provider
from engine.engine import Engine
from engine.errors import InvalidInput
from engine.jobs.work import Runner
from tests.fake_llamacpp import good_texts
from tests.fake_provider import FakeProvider


def run(engine: Engine, slots: int) -> Job:
    request: dict[str, Any] = {
        "num_examples": slots,
        "mix": {},
        "seed": 1,
        "store_in_memory": False,
    }
    job = engine.store.jobs.create("anna", JobKind.AUTO_TRAIN, request)
    Runner(engine).run(job.id)
    return engine.store.jobs.get(job.id)


def test_there_are_no_caps_until_one_is_set_and_each_is_lifted_alone(engine: Engine) -> None:
    assert engine.budget.caps("anna") == Caps()
    assert engine.budget.left("anna") == Left()
    engine.budget.set_caps("anna", month_tokens=5000, job_money=0.5)
    assert engine.budget.left("anna") == Left(5000, 0.5)
    engine.budget.set_caps("anna", month_tokens=None)
    assert engine.budget.caps("anna") == Caps(job_money=0.5)
    engine.ensure_user("ben")
    assert engine.budget.caps("ben") == Caps()


@pytest.mark.parametrize(
    "changes", [{"month_tokens": -1}, {"day_money": float("nan")}, {"weeks": 1}, {"job_money": "x"}]
)
def test_a_cap_that_cannot_be_is_refused(engine: Engine, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        engine.budget.set_caps("anna", **changes)
    assert engine.budget.caps("anna") == Caps()


def test_a_job_that_reaches_its_cap_says_how_far_it_came_and_keeps_it(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    engine.teachers.update(provider.id, concurrency=3)
    fake.script.texts = tuple(row["text"] for row in good_texts())
    engine.budget.set_caps("anna", job_tokens=6000)
    job = run(engine, 50)
    summary = engine.store.outcomes.summary(job.id)
    done = summary.successful + summary.failed
    assert (job.state, job.error_code) == (JobState.FAILED, "budget_used_up")
    assert f"{done} of 50 written. Your work is safe. Raise the cap in Settings" in job.error
    assert 0 < done < 50
    assert summary.failed == 0
    assert len(engine.store.examples.list("anna")) == summary.kept
    cost = engine.budget.of_job("anna", job.id)
    assert fake.read + fake.written <= cost.tokens <= 6000
    assert engine.budget.left("anna") == Left(6000, None)  # the next job has a cap of its own
    again = run(engine, 2)
    assert again.state is JobState.SUCCEEDED


def test_the_page_answers_with_the_same_error_and_no_student_stands_in(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    engine.budget.set_caps("anna", day_tokens=10)
    writing = engine.write("anna", engine.start_story("anna", "A fox in the snow").id)
    with pytest.raises(BudgetUsedUp, match="of today is used up: 0 of 10 tokens") as caught:
        list(writing)
    assert (caught.value.code, caught.value.period) == ("budget_used_up", "day")
    assert fake.requests == []
    assert writing.draft is None


def test_a_test_of_a_provider_is_paid_for_by_who_asked(
    engine: Engine, provider: Provider, fake: FakeProvider
) -> None:
    assert engine.teachers.test(provider.id, "anna").ok
    spent = engine.budget.spending("anna")
    assert spent.month.tokens == spent.today.tokens == fake.read + fake.written
    assert list(spent.by_generator) == ["Writers · writer-large"]
    assert spent.currency == "USD"
    engine.ensure_user("ben")
    assert engine.budget.spending("ben").month == Usage()


def test_the_estimate_knows_prices_and_what_is_left(engine: Engine, provider: Provider) -> None:
    engine.budget.set_caps("anna", month_money=0.01)
    found = engine.estimate(10, "anna")
    assert found.money == pytest.approx(10 * (120 * 1 + 300 * 4) / 1e6)
    assert (found.currency, found.left) == ("USD", Left(None, 0.01))
    assert engine.estimate(10).money == 0.0
