"""The worker as a real process: it starts what is due, and a training after decisions in review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.domain.job import JobKind, JobState
from engine.domain.review import Pile, ReviewFilter
from engine.domain.schedule import Schedule
from tests.engine.store.conftest import Make
from tests.fake_llamacpp import fake_llamacpp, good_texts
from tests.processes import Home, kill, wait_for


def test_a_missed_turn_is_made_up_for_once_across_a_kill(home: Home) -> None:
    """Due while no worker ran; the first worker is killed in the middle, the second goes on."""
    store = home.engine.store
    missed = datetime.now(UTC) - timedelta(days=3)
    store.schedules.set("anna", Schedule("03:00", "UTC", 6, {}, "stories", False, missed))
    with fake_llamacpp(delay=0.004) as teacher:
        home.publish(teacher)
        worker = home.start_worker()
        wait_for("the job", lambda: store.jobs.active("anna") != [])
        (job,) = store.jobs.active("anna")
        wait_for("a slot", lambda: len(store.outcomes.done(job.id)) > 0)
        kill(worker)
        home.start_worker()
        wait_for("the end", lambda: store.jobs.get(job.id).state.is_final)
    ended = store.jobs.get(job.id)
    assert (ended.state, ended.kind, ended.started_by) == (
        JobState.SUCCEEDED,
        JobKind.AUTO_TRAIN,
        "schedule",
    )
    assert [each.id for each in store.jobs.list("anna")] == [job.id]
    found = home.engine.automation.schedule("anna")
    assert found is not None
    assert found.last is not None
    assert found.last.is_late
    assert found.next_at is not None
    assert datetime.now(UTC) < found.next_at <= datetime.now(UTC) + timedelta(days=1)


def test_decisions_in_review_start_a_training(home: Home) -> None:
    home.environment["ZEGA_TRAIN_AT"] = "12"
    engine = home.open_engine()
    make = Make(engine.store)
    for row in good_texts()[:12]:
        make.example(
            score=5.0, seed_prompt=row["prompt"], prompt=row["prompt"], completion=row["text"]
        )
    home.start_worker()
    undecided = ReviewFilter(Pile.UNDECIDED)
    for number in range(12):
        assert (number, engine.jobs("anna")) == (number, [])
        card = engine.review.next("anna", undecided)
        assert card is not None
        engine.review.accept("anna", card.example.id, seen=card.seen)
    wait_for("the training to start", lambda: engine.jobs("anna") != [])
    (job,) = engine.jobs("anna")
    assert (job.kind, job.started_by) == (JobKind.TRAINING, "threshold")
    assert job.request["new_examples"] == 12
    wait_for("it to run", lambda: engine.job("anna", job.id).state is JobState.RUNNING)
    engine.store.database.dispose()
