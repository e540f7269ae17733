"""Auto-training with chosen teachers: several at once, their limits, and when a job gives up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.domain.example import Author
from engine.domain.job import Job, JobKind, JobState
from engine.engine import Engine
from engine.jobs.work import Runner
from tests.fake_gemini import fake_gemini
from tests.fake_llamacpp import FakeLlamaCpp, good_texts
from tests.fake_openai import fake_openai
from tests.fake_provider import KEY, FakeProvider


@pytest.fixture
def fake(engine: Engine) -> Iterator[FakeProvider]:
    """Anna's teacher, three texts at once."""
    with fake_openai() as server:
        provider = engine.teachers.add(
            "Writers",
            "openai",
            base_url=f"{server.url}/v1",
            model="writer-large",
            key=KEY,
            concurrency=3,
        )
        engine.teachers.choose("anna", [provider.id])
        yield server


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries wait as often as ever, but not as long."""
    real = __import__("models.retrying", fromlist=["_sleep"])._sleep
    monkeypatch.setattr(
        "models.retrying._sleep", lambda seconds, done: real(min(seconds, 0.02), done)
    )


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


def test_the_chosen_teacher_writes_no_more_at_once_than_it_allows(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider
) -> None:
    fake.script.latency = 0.05
    job = run(engine, 9)
    assert job.state is JobState.SUCCEEDED
    assert job.result["successful"] == 9
    assert 2 <= fake.most_at_once <= 3
    examples = engine.store.examples.list("anna")
    assert {each.generator for each in examples} == {"Writers · writer-large"}
    assert {each.author for each in examples} == {Author.TEACHER}
    assert base.requests == []


def test_every_answer_of_an_ensemble_is_scored_and_one_is_kept(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider
) -> None:
    with fake_gemini(texts=("boo " * 150,)) as gemini:
        poor = engine.teachers.add(
            "Gemini", "gemini", base_url=gemini.url, model="writer-small", key=KEY
        )
        engine.teachers.choose("anna", [poor.id, *engine.teachers.chosen("anna")])
        job = run(engine, 10)  # which text comes for which prompt is chance
        assert len(gemini.requests) == len(fake.requests) == 10
    assert job.result["successful"] == 10
    assert job.result["kept"] >= 1
    assert {each.generator for each in engine.store.examples.list("anna")} == {
        "Writers · writer-large"
    }
    rejected = engine.store.outcomes.rejected("anna", job.id)
    assert len([each for each in rejected if each.completion.startswith("boo")]) == 10
    assert all(each.reason for each in rejected)


def test_of_two_good_answers_the_better_is_kept_and_the_other_says_why(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider
) -> None:
    with fake_openai() as second:
        other = engine.teachers.add(
            "Second", "openai", base_url=f"{second.url}/v1", model="writer-small", key=KEY
        )
        engine.teachers.choose("anna", [*engine.teachers.chosen("anna"), other.id])
        second.turn = 1  # answers with the next of the good texts
        job = run(engine, 40)
    assert job.result["kept"] + job.result["rejected"] == 40
    beaten = [
        each
        for each in engine.store.outcomes.rejected("anna", job.id)
        if "answer to the same prompt scored" in each.reason
    ]
    kept = {each.plan_index: each for each in engine.store.outcomes.kept(job.id)}
    assert beaten
    for each in beaten:
        if each.plan_index in kept:
            assert each.quality.score <= kept[each.plan_index].quality.score


def test_a_teacher_that_must_not_be_asked_keeps_no_other_from_teaching(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider
) -> None:
    unchosen = engine.teachers.add("Second", "openai", base_url="http://127.0.0.1:9/v1")
    engine.teachers.choose("anna", [unchosen.id, *engine.teachers.chosen("anna")])
    job = run(engine, 3)
    assert job.result["successful"] == 3
    engine.teachers.choose("anna", [unchosen.id])
    job = run(engine, 3)
    assert (job.state, job.error_code) == (JobState.FAILED, "invalid_input")


def test_a_busy_teacher_is_asked_again(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider
) -> None:
    fake.script.faults.extend(["429", "503", "429-later", "500", "429"])
    job = run(engine, 4)
    assert (job.result["successful"], job.result["failed"]) == (4, 0)


@pytest.mark.parametrize("fault", ["cut", "malformed", "early", "think-unopened"])
def test_an_answer_that_breaks_off_is_asked_for_again_and_its_beginning_dropped(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider, fault: str
) -> None:
    fake.script.faults.extend([fault] * 3)
    job = run(engine, 3)
    assert (job.result["successful"], job.result["failed"]) == (3, 0)
    whole = {row["text"] for row in good_texts()}
    for example in engine.store.examples.list("anna"):
        assert any(text.startswith(example.completion[:-20]) for text in whole)


def test_a_slot_that_is_refused_fails_alone_and_no_student_stands_in(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider
) -> None:
    fake.script.faults.append("block-prompt")
    job = run(engine, 4)
    assert (job.result["successful"], job.result["failed"]) == (3, 1)
    assert base.requests == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [("bad-key", "invalid_key"), ("503", "model_unavailable"), ("429", "rate_limited")],
)
def test_a_teacher_that_will_not_answer_ends_the_job_and_what_was_kept_stays(
    engine: Engine, base: FakeLlamaCpp, fake: FakeProvider, fault: str, code: str
) -> None:
    fake.script.faults.extend([""] * 6)
    fake.script.always = fault
    job = run(engine, 60)
    assert (job.state, job.error_code) == (JobState.FAILED, code)
    assert "Writers" in job.error
    assert KEY not in job.error
    summary = engine.store.outcomes.summary(job.id)
    assert summary.successful >= 1
    assert summary.failed <= 8
    assert summary.successful + summary.failed < 60
    assert len(engine.store.examples.list("anna")) == summary.kept
    assert base.requests == []


def test_turning_the_switch_ends_a_job_that_sends_text_away(
    engine: Engine, base: FakeLlamaCpp, monkeypatch: pytest.MonkeyPatch, fake: FakeProvider
) -> None:
    monkeypatch.setattr("engine.domain.provider.is_loopback", lambda url: False)
    fake.script.faults.extend([""] * 2)
    turned = engine.teachers.set_local_only

    def answer_then_turn(done: int) -> None:
        if done == 2:
            turned(True)

    progress = engine.store.jobs.progress

    def watched(job_id: str, **values: Any) -> None:
        progress(job_id, **values)
        answer_then_turn(values.get("done", 0))

    monkeypatch.setattr(engine.store.jobs, "progress", watched)
    job = run(engine, 40)
    assert (job.state, job.error_code) == (JobState.FAILED, "local_only")
    assert len(fake.requests) < 12
