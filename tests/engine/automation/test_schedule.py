"""The daily auto-training: set, changed, paused, removed; started once, made up for once, or skipped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.job import JobKind, JobState
from engine.domain.schedule import Schedule
from engine.engine import Engine
from engine.errors import InvalidInput, NotFound

DAY = timedelta(days=1)


def set_up(engine: Engine, user: str = "anna") -> datetime:
    """A schedule of two horror texts at 03:00 in Berlin; its first turn."""
    made = engine.automation.set_schedule(
        user, at="03:00", zone="Europe/Berlin", num_examples=2, mix={"horror": 1.0}
    )
    assert made.next_at is not None
    return made.next_at


def last_of(engine: Engine) -> Schedule:
    found = engine.automation.schedule("anna")
    assert found is not None
    return found


def test_a_schedule_is_made_with_defaults_and_changed_bit_by_bit(engine: Engine) -> None:
    made = engine.automation.set_schedule("anna", at="03:00")
    assert (made.zone, made.num_examples, made.mix, made.kind) == ("UTC", 20, {}, "stories")
    assert made.next_at is not None
    assert datetime.now(UTC) < made.next_at <= datetime.now(UTC) + DAY
    changed = engine.automation.set_schedule("anna", num_examples=7, store_in_memory=True)
    assert (changed.num_examples, changed.at, changed.store_in_memory) == (7, "03:00", True)
    assert changed.next_at == made.next_at
    moved = engine.automation.set_schedule("anna", zone="Asia/Tokyo", mix={"romance": 2.0})
    assert moved.next_at != made.next_at
    assert last_of(engine) == moved
    assert engine.automation.schedule("ben") is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"at": "25:00"}, "at"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"num_examples": 0}, "num_examples"),
        ({"num_examples": 501}, "num_examples"),
        ({"mix": {"western": 1.0}}, "genres"),
        ({"mix": {"horror": 0.0}}, "genres"),
        ({"kind": "poems"}, "kind"),
        ({"kind": "epics", "mix": {"horror": 1.0}}, "genres"),
    ],
)
def test_what_cannot_be_followed_is_refused_and_changes_nothing(
    engine: Engine, values: dict[str, object], field: str
) -> None:
    set_up(engine)
    before = engine.automation.schedule("anna")
    with pytest.raises(InvalidInput) as caught:
        engine.automation.set_schedule("anna", **values)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert engine.automation.schedule("anna") == before


def test_a_first_schedule_needs_a_time_and_a_user(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="time of day"):
        engine.automation.set_schedule("anna", num_examples=3)
    with pytest.raises(NotFound):
        engine.automation.set_schedule("nobody", at="03:00")
    for verb in (engine.automation.run_now, engine.automation.pause):
        with pytest.raises(NotFound):
            verb("anna")


def test_a_turn_starts_one_job_that_says_so(engine: Engine) -> None:
    due = set_up(engine)
    assert engine.automation.look(due - timedelta(seconds=1)) == []
    (job,) = engine.automation.look(due)
    assert (job.user_id, job.kind, job.started_by) == ("anna", JobKind.AUTO_TRAIN, "schedule")
    assert (job.request["num_examples"], job.request["mix"]) == (2, {"horror": 1.0})
    assert engine.automation.look(due + timedelta(minutes=1)) == []
    found = last_of(engine)
    assert found.next_at is not None
    assert timedelta(hours=22) < found.next_at - due < timedelta(hours=26)
    assert found.last is not None
    assert (found.last.job_id, found.last.due_at, found.last.is_late) == (job.id, due, False)
    assert engine.automation.last_job("anna", found) == job


def test_days_that_were_missed_are_made_up_for_once(engine: Engine) -> None:
    due = set_up(engine)
    opened = due + 5 * DAY + timedelta(hours=3)
    (job,) = engine.automation.look(opened)
    assert engine.automation.look(opened) == []
    assert engine.automation.look(opened + timedelta(hours=1)) == []
    found = last_of(engine)
    assert found.last is not None
    assert (found.last.is_late, found.last.due_at, found.last.at) == (True, due, opened)
    assert found.next_at is not None
    assert opened < found.next_at <= opened + DAY
    assert engine.jobs("anna") == [job]


@pytest.mark.parametrize("running", [True, False])
def test_a_turn_is_skipped_while_an_auto_training_is_unfinished(
    engine: Engine, running: bool
) -> None:
    due = set_up(engine)
    mine = engine.start_auto_train("anna", 3)
    if running:
        engine.store.jobs.start(mine.id)
    engine.start_auto_train("ben", 3)
    assert engine.automation.look(due) == []
    found = last_of(engine)
    assert found.last is not None
    assert found.last.job_id is None
    assert "still waiting or running" in found.last.skipped
    assert found.next_at is not None
    assert found.next_at > due
    engine.store.jobs.cancelled(mine.id)
    (job,) = engine.automation.look(found.next_at)
    assert (job.user_id, last_of(engine).last) != ("ben", None)


def test_a_job_that_failed_does_not_keep_the_next_day_from_coming(engine: Engine) -> None:
    due = set_up(engine)
    (first,) = engine.automation.look(due)
    engine.store.jobs.fail(first.id, "budget_used_up", "The cap is reached.")
    (second,) = engine.automation.look(due + DAY)
    assert second.id != first.id


def test_a_genre_or_a_zone_that_is_gone_is_said(engine: Engine) -> None:
    due = set_up(engine)
    store = engine.store.schedules
    store.set("anna", Schedule("03:00", "UTC", 2, {}, "poems", False, due))
    assert engine.automation.look(due) == []
    found = last_of(engine)
    assert found.last is not None
    assert "kind must be of" in found.last.skipped
    assert found.next_at is not None
    store.set("anna", Schedule("03:00", "Europe/Atlantis", 2, {}, "stories", False, due))
    assert engine.automation.look(due) == []
    assert last_of(engine).is_paused


def test_paused_turns_pass_and_are_not_made_up_for(engine: Engine) -> None:
    due = set_up(engine)
    assert engine.automation.pause("anna").is_paused
    assert engine.automation.look(due + 3 * DAY) == []
    assert engine.automation.set_schedule("anna", num_examples=9).is_paused
    resumed = engine.automation.pause("anna", paused=False)
    assert (resumed.next_at, resumed.num_examples) == (due, 9)
    assert engine.automation.set_schedule("anna", paused=True).is_paused


def test_what_is_removed_is_given_back_so_that_it_can_be_set_again(engine: Engine) -> None:
    due = set_up(engine)
    (job,) = engine.automation.look(due)
    removed = engine.automation.remove_schedule("anna")
    assert removed is not None
    assert engine.automation.schedule("anna") is None
    assert engine.automation.remove_schedule("anna") is None
    assert engine.automation.look(due + DAY) == []
    assert engine.job("anna", job.id).state is JobState.QUEUED


def test_run_now_starts_the_same_and_moves_no_turn(engine: Engine) -> None:
    due = set_up(engine)
    job = engine.automation.run_now("anna")
    assert (job.request["num_examples"], job.request["mix"]) == (2, {"horror": 1.0})
    assert job.started_by == ""  # a person did
    found = last_of(engine)
    assert found.next_at == due
    assert found.last is not None
    assert (found.last.job_id, found.last.due_at, found.last.is_late) == (job.id, None, False)
