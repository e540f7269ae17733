"""Trainings that start by themselves: at the user's number, from any source, and never in a loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.automation import automation
from engine.domain.example import Author, Decision, Source
from engine.domain.job import Job, JobKind
from engine.domain.review import Action
from engine.domain.snapshot import Split
from engine.engine import Engine
from engine.errors import InvalidInput, NotFound
from tests.engine.automation.conftest import TRAIN_AT
from tests.engine.store.conftest import Make


def keep(make: Make, count: int, user: str = "anna", **values: object) -> list[str]:
    """So many new examples; their ids."""
    made = (make.example(user, **{"completion": f"Text {n}", **values}) for n in range(count))
    return [example.id for example in made]


def learn(engine: Engine, job: Job, ids: list[str]) -> None:
    """What a training writes down when it begins to learn from these."""
    rows = [(example_id, Split.TRAIN) for example_id in ids]
    snapshot = engine.store.snapshots.create(job.user_id, rows, "ab" * 32)
    names = {"recipe": "quick", "base_model": "b", "folder": "f", "batch_size": 4}
    engine.store.runs.create(job.id, job.user_id, snapshot.id, **names)  # type: ignore[arg-type]


def accept(make: Make) -> None:
    """Texts that score too low, each accepted in review."""
    for each in keep(make, TRAIN_AT, score=3.0):
        make.store.decisions.decide("anna", each, Action.ACCEPT, seen=0)


def edit(make: Make) -> None:
    new = make.new_example(author=Author.PERSON, decision=Decision.ACCEPTED, source=Source.REVIEW)
    replaced = [(each, 0, new) for each in keep(make, TRAIN_AT, score=3.0)]
    make.store.decisions.replace("anna", replaced, Action.EDIT)


def take_thumbs_back(make: Make) -> None:
    for each in keep(make, TRAIN_AT, feedback=-1):
        make.store.examples.set_feedback("anna", each, 1)


SOURCES: dict[str, Callable[[Make], Any]] = {
    "auto-training": lambda make: keep(make, TRAIN_AT, source=Source.AUTO_TRAIN),
    "writing": lambda make: keep(make, TRAIN_AT, source=Source.WRITE),
    "own writing": lambda make: keep(
        make, TRAIN_AT, score=2.0, source=Source.OWN_WRITING, author=Author.PERSON
    ),
    "import": lambda make: keep(make, TRAIN_AT, source=Source.IMPORT),
    "review": accept,
    "edits": edit,
    "thumbs": take_thumbs_back,
}


@pytest.mark.parametrize("source", SOURCES)
def test_enough_from_any_source_starts_one_training(
    engine: Engine, make: Make, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(automation, "CALM", automation.CALM * 0)
    assert engine.automation.look() == []
    SOURCES[source](make)
    (job,) = engine.automation.look()
    assert (job.user_id, job.kind, job.started_by) == ("anna", JobKind.TRAINING, "threshold")
    assert job.request == {"recipe": "quick", "started_by": "threshold", "new_examples": TRAIN_AT}
    assert engine.automation.look() == []


def test_a_text_accepted_after_a_training_is_new_unless_it_was_learned(
    engine: Engine, make: Make
) -> None:
    low, high = keep(make, 1, score=3.0)[0], keep(make, 5)
    learn(engine, engine.start_training("anna"), high)
    assert engine.readiness("anna").examples == 0
    for each in (low, high[0]):
        make.store.decisions.decide("anna", each, Action.ACCEPT, seen=0)
    assert engine.readiness("anna").examples == 1


def test_a_training_set_that_nothing_learned_from_does_not_count(
    engine: Engine, make: Make
) -> None:
    make.store.snapshots.create("anna", [(keep(make, 5)[0], Split.TRAIN)], "ab" * 32)
    assert engine.readiness("anna").examples == 5


@pytest.mark.parametrize("state", ["queued", "running"])
@pytest.mark.parametrize("kind", JobKind)
def test_nothing_starts_beside_an_unfinished_job_of_the_user(
    engine: Engine, make: Make, kind: JobKind, state: str
) -> None:
    job = make.job(kind=kind)
    make.job("ben", kind)
    if state == "running":
        engine.store.jobs.start(job.id)
    keep(make, TRAIN_AT)
    assert engine.automation.look() == []
    assert engine.automation.train_when_ready("anna") is None
    engine.store.jobs.succeed(job.id, {})
    # What was made while a training was asked for counts for the one after it.
    assert [each.user_id for each in engine.automation.look()] == ["anna"]


END: dict[str, Callable[[Engine, str], object]] = {
    "failed": lambda engine, job_id: engine.store.jobs.fail(
        job_id, "nothing_to_train_on", "All rows repeat others."
    ),
    "cancelled while it waited": lambda engine, job_id: engine.cancel("anna", job_id),
    "cancelled": lambda engine, job_id: engine.store.jobs.cancelled(job_id),
}


@pytest.mark.parametrize("end", END)
def test_one_that_came_to_nothing_is_not_repeated_until_as_much_is_new_again(
    engine: Engine, make: Make, end: str
) -> None:
    keep(make, TRAIN_AT)
    (job,) = engine.automation.look()
    END[end](engine, job.id)
    assert engine.automation.look() == []
    ready = engine.readiness("anna")
    assert (ready.examples, ready.until_next, ready.has_enough) == (TRAIN_AT, TRAIN_AT, True)
    keep(make, TRAIN_AT - 1)
    assert engine.automation.look() == []
    assert engine.readiness("anna").until_next == 1
    keep(make, 1)
    (again,) = engine.automation.look()
    assert again.request["new_examples"] == TRAIN_AT


def test_one_that_a_person_starts_begins_the_count_anew(engine: Engine, make: Make) -> None:
    ids = keep(make, TRAIN_AT - 1)
    mine = engine.start_training("anna")
    learn(engine, mine, ids)
    engine.store.jobs.succeed(mine.id, {})
    assert mine.started_by == ""
    keep(make, TRAIN_AT - 1)
    assert engine.automation.look() == []
    keep(make, 1)
    assert len(engine.automation.look()) == 1


def test_one_that_was_only_prepared_counts_for_nothing(engine: Engine, make: Make) -> None:
    from engine.jobs import desk

    keep(make, TRAIN_AT)
    desk.create_training(engine, "anna")
    assert len(engine.automation.look()) == 1


def test_too_few_for_any_training_start_none(engine: Engine, make: Make) -> None:
    engine.automation.set_train_at("anna", 2)
    keep(make, 3)
    assert engine.automation.look() == []
    keep(make, 1)
    assert len(engine.automation.look()) == 1


def test_everybody_has_a_number_of_their_own(engine: Engine, make: Make) -> None:
    assert engine.automation.train_at("anna") == TRAIN_AT
    assert engine.automation.set_train_at("anna", 9) == 9
    for user in ("anna", "ben"):
        keep(make, TRAIN_AT, user)
    assert [job.user_id for job in engine.automation.look()] == ["ben"]
    assert (engine.readiness("anna").until_next, engine.readiness("anna").train_at) == (3, 9)
    board = engine.overview.board("anna")
    assert "3 examples to go" in board.next_step.sentence
    assert engine.automation.set_train_at("anna", 0) == 0
    keep(make, 20)
    assert engine.automation.look() == []
    assert engine.automation.set_train_at("anna", None) == TRAIN_AT
    assert [job.user_id for job in engine.automation.look()] == ["anna"]


def test_everybodys_threshold_of_the_score_counts(engine: Engine, make: Make) -> None:
    for user in ("anna", "ben"):
        keep(make, TRAIN_AT, user, score=7.5)
    engine.calibration.accept("anna", 8.0)
    engine.calibration.accept("ben", 7.4)
    assert [job.user_id for job in engine.automation.look()] == ["ben"]


@pytest.mark.parametrize("train_at", [-1, 100_001, 2.5, True, "9"])
def test_a_number_that_cannot_be_is_refused(engine: Engine, train_at: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        engine.automation.set_train_at("anna", train_at)
    assert caught.value.field == "train_at"
    with pytest.raises(NotFound):
        engine.automation.set_train_at("nobody", 5)


def test_a_person_who_reviews_fast_is_waited_for_but_not_for_ever(
    engine: Engine, make: Make
) -> None:
    accept(make)
    assert engine.automation.look() == []  # the last decision was a moment ago
    keep(make, TRAIN_AT - 1)
    assert engine.automation.look() == []
    keep(make, 1)
    assert len(engine.automation.look()) == 1  # twice as much as was asked for
