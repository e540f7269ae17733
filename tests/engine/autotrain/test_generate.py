"""Filling a plan with a fake teacher: each slot once, duplicates out, failures counted, cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, NoReturn, cast

import pytest

from engine.autotrain.generate import Generation
from engine.autotrain.plan import make_plan
from engine.autotrain.readiness import readiness
from engine.autotrain.run import run_auto_train
from engine.domain.genre import Genre
from engine.domain.job import Job, JobKind
from engine.domain.quality import Quality
from engine.errors import Cancelled
from engine.kinds import stories
from engine.store import Store, open_store
from models.errors import Unavailable
from models.llamacpp import LlamaCppModel
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp, good_texts

MIX = dict.fromkeys(Genre, 1.0)


class Marks:
    """A scorer that gives every text the same mark, so that these tests are about the loop."""

    def __init__(self, mark: float = 8.0) -> None:
        self.mark = mark

    def score(self, text: str, *, prompt: str, genre: str | None, kind: str = "stories") -> Quality:
        return Quality(self.mark, {"likelihood": self.mark}, ())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(f"sqlite:///{tmp_path / 'zega.db'}")
    store.users.ensure("anna")
    return store


@pytest.fixture
def job(store: Store) -> Job:
    request = {"num_examples": 6, "mix": {}, "seed": 1, "store_in_memory": False}
    return store.jobs.create("anna", JobKind.AUTO_TRAIN, request)


@pytest.fixture
def teacher() -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp() as fake:
        yield fake


def generation(
    store: Store,
    job: Job,
    fake: FakeLlamaCpp,
    *,
    mark: float = 8.0,
    cancelled: Callable[[], bool] = lambda: False,
) -> Generation:
    scorer: Any = Marks(mark)
    return Generation(
        store,
        scorer,
        LlamaCppModel("fake", fake.url),
        user_id="anna",
        job_id=job.id,
        threshold=7.0,
        in_flight=4,
        cancelled=cancelled,
        retry_seconds=2.0,
    )


def test_every_slot_is_filled_once_and_a_restart_goes_on(
    store: Store, job: Job, teacher: FakeLlamaCpp
) -> None:
    slots = make_plan(12, MIX, seed=1)
    generation(store, job, teacher).run(slots[:5])
    asked = len(teacher.requests)
    generation(store, job, teacher).run(slots)
    assert store.outcomes.done(job.id) == set(range(12))
    assert len(store.examples.list("anna")) == 12
    assert len(teacher.requests) == asked + 7


def test_what_is_stored_is_what_was_asked(store: Store, job: Job, teacher: FakeLlamaCpp) -> None:
    slot = make_plan(1, MIX, seed=1)[0]
    generation(store, job, teacher).run([slot])
    example = store.examples.list("anna")[0]
    assert teacher.requests[0]["messages"][1]["content"] == example.prompt
    assert slot.seed_prompt in example.prompt
    assert slot.style is not None
    assert slot.style in example.prompt
    assert (example.genre, example.generator, example.plan_index) == (slot.genre, "fake", 0)


def test_a_second_candidate_is_asked_for_only_when_the_first_fails(
    store: Store, job: Job, teacher: FakeLlamaCpp
) -> None:
    slots = make_plan(3, MIX, seed=1)
    generation(store, job, teacher, mark=3.0).run(slots)
    assert len(teacher.requests) == 6
    rejected = store.outcomes.rejected("anna", job.id)
    assert len(rejected) == 6
    assert all("below 7.0" in row.reason for row in rejected)
    assert store.examples.list("anna") == []


def test_an_answer_of_the_wrong_length_is_rejected_with_its_words(store: Store, job: Job) -> None:
    with fake_llamacpp(texts=["Too short by far."]) as fake:
        generation(store, job, fake).run(make_plan(1, MIX, seed=1))
    assert store.outcomes.rejected("anna", job.id)[0].reason.startswith("4 words long")


def test_near_duplicates_of_kept_rows_are_rejected(store: Store, job: Job) -> None:
    text = good_texts()[0]["text"]
    near = text.replace(" the ", " that ", 1)
    with fake_llamacpp(texts=[text, near]) as fake:
        for slot in make_plan(2, MIX, seed=1):
            generation(store, job, fake).run([slot])
    assert store.outcomes.summary(job.id).kept == 1
    assert "Nearly repeats" in store.outcomes.rejected("anna", job.id)[0].reason


def test_a_failing_teacher_is_asked_again_and_then_counted(store: Store, job: Job) -> None:
    with fake_llamacpp(errors=1) as fake:
        generation(store, job, fake).run(make_plan(1, MIX, seed=1))
    assert store.outcomes.summary(job.id).kept == 1
    with fake_llamacpp(errors=1000) as fake:
        generation(store, job, fake).run(make_plan(2, MIX, seed=1))
    summary = store.outcomes.summary(job.id)
    assert (summary.kept, summary.failed, summary.successful) == (1, 1, 1)


def test_cancel_keeps_what_was_kept(store: Store, job: Job) -> None:
    with fake_llamacpp(delay=0.002) as fake:

        def cancelled() -> bool:
            return len(store.outcomes.done(job.id)) >= 3

        with pytest.raises(Cancelled):
            generation(store, job, fake, cancelled=cancelled).run(make_plan(40, MIX, seed=1))
    assert 3 <= len(store.outcomes.done(job.id)) < 12
    assert len(store.examples.list("anna")) == len(store.outcomes.done(job.id))


class Silent:
    """A teacher that says nothing until it is let go."""

    name = "silent"

    def __init__(self) -> None:
        self.asked, self.let_go, self.ended = Event(), Event(), Event()

    def stream(self, *_: Any, **__: Any) -> NoReturn:
        self.asked.set()
        self.let_go.wait(20)
        self.ended.set()
        raise Unavailable("It said nothing.")


def test_cancelling_does_not_wait_for_a_silent_teacher(store: Store, job: Job) -> None:
    silent, scorer = Silent(), cast(Any, Marks())
    asked = Generation(
        store,
        scorer,
        cast(Any, silent),
        user_id="anna",
        job_id=job.id,
        threshold=7.0,
        in_flight=2,
        cancelled=silent.asked.is_set,
    )
    with pytest.raises(Cancelled):
        asked.run(make_plan(4, MIX, seed=1))
    assert not silent.ended.is_set()
    silent.let_go.set()
    assert store.outcomes.done(job.id) == set()


def test_the_closing_figures_add_up(store: Store, job: Job, teacher: FakeLlamaCpp) -> None:
    scorer: Any = Marks()
    result = run_auto_train(
        store,
        scorer,
        LlamaCppModel("fake", teacher.url),
        stories(),
        job,
        threshold=7.0,
        train_at=8,
        min_examples=5,
        in_flight=4,
        retry_seconds=2.0,
        cancelled=lambda: False,
    )
    assert result["total_requested"] == result["successful"] + result["failed"] == 6
    assert result["kept"] + result["rejected"] == result["successful"]
    assert sum(result["genre_distribution"].values()) == 6
    assert result["average_quality"] == 8.0
    assert result["training_stats"] == {
        "training_examples": 6,
        "examples_until_next_training": 2,
    }
    assert result["ready_for_finetuning"] is False
    ready = readiness(store, "anna", threshold=7.0, train_at=6, min_examples=5)
    assert (ready.until_next, ready.can_train, ready.level) == (0, True, "not ready")
