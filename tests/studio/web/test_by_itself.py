"""Auto-Train, By itself: the number and the schedule are seen, changed, paused, removed and put back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.job import JobKind
from engine.domain.schedule import LastRun, Schedule
from engine.engine import Engine
from studio.web.components.by_itself import last_line, next_line, outcome
from studio.web.navigation import AUTO_TRAIN, DASHBOARD, WRITE
from tests.studio.web.conftest import all_text, open_studio
from tests.studio.web.shelf import Shelf

UTC_ZONE = ZoneInfo("UTC")


def plainly(app: AppTest) -> str:
    """All text, without the backslashes that keep Markdown from reading it."""
    return all_text(app).replace("\\", "")


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click()
    app.run()
    assert not app.exception, app.exception


def test_the_number_is_the_users_own_and_everything_follows_it(engine: Engine, anna: Shelf) -> None:
    anna.examples(12)
    app = open_studio("anna", AUTO_TRAIN)
    assert "12 of 50, 38 to go" in plainly(app)
    app.number_input(key="anna/train_at/50").set_value(20).run()
    assert engine.automation.train_at("anna") == 20
    assert "12 of 20, 8 to go" in plainly(app)
    assert app.number_input(key="anna/train_at/20").value == 20
    assert "12 of 20" in plainly(open_studio("anna", DASHBOARD))
    app.number_input(key="anna/train_at/20").set_value(0).run()
    assert "A training starts only when you ask for it" in plainly(app)
    assert "Train whenever you like" in plainly(app)


def test_after_a_training_that_came_to_nothing_the_count_is_said(
    engine: Engine, anna: Shelf
) -> None:
    anna.examples(50)
    (job,) = engine.automation.look()
    app = open_studio("anna", AUTO_TRAIN)
    assert "Started by itself: enough new examples." in plainly(app)
    engine.store.jobs.fail(job.id, "nothing_to_train_on", "All rows repeat others.")
    text = plainly(open_studio("anna", AUTO_TRAIN))
    assert "50 of 50: enough, but the last training came to nothing" in text
    assert "after 50 more" in text


def test_a_schedule_is_made_in_the_form_and_shown_in_words(engine: Engine, anna: Shelf) -> None:
    engine.favourites.save("anna", "my *mix*", {"horror": 3.0, "romance": 1.0})
    app = open_studio("anna", AUTO_TRAIN)
    assert "Nothing is written every day yet" in all_text(app)
    press(app, "schedule/new")
    app.time_input(key="anna/schedule/at").set_value(time(4, 30)).run()
    app.selectbox(key="anna/schedule/zone").set_value("Europe/Berlin").run()
    app.number_input(key="anna/schedule/count").set_value(8).run()
    app.selectbox(key="anna/schedule/mix/stories").set_value("Favourite: my *mix*").run()
    assert "Horror 75%, Romance 25%" in plainly(app)
    press(app, "schedule/save")
    found = engine.automation.schedule("anna")
    assert found is not None
    assert (found.at, found.zone, found.num_examples) == ("04:30", "Europe/Berlin", 8)
    assert found.mix == {"horror": 3.0, "romance": 1.0}
    text = plainly(app)
    assert not app.time_input
    assert "at 04:30: 8 texts, Horror 75%, Romance 25%." in text


def test_genres_can_be_chosen_and_at_least_one_must_be(engine: Engine, anna: Shelf) -> None:
    app = open_studio("anna", AUTO_TRAIN)
    press(app, "schedule/new")
    app.selectbox(key="anna/schedule/mix/stories").set_value("Genres you choose").run()
    assert app.button(key="schedule/save").disabled
    app.multiselect(key="anna/schedule/genres/stories").set_value(["mystery"]).run()
    press(app, "schedule/save")
    found = engine.automation.schedule("anna")
    assert found is not None
    assert (found.mix, found.at) == ({"mystery": 1.0}, "03:00")


def test_it_is_changed_paused_and_resumed(engine: Engine, anna: Shelf) -> None:
    engine.automation.set_schedule("anna", at="03:00", num_examples=5, mix={"horror": 1.0})
    app = open_studio("anna", AUTO_TRAIN)
    press(app, "schedule/pause")
    assert "Paused: every day at 03:00, 5 texts, Horror 100%." in plainly(app)
    assert "Next by itself" not in plainly(open_studio("anna", DASHBOARD))
    press(app, "schedule/pause")
    assert "at 03:00: 5 texts" in plainly(app)
    press(app, "schedule/change")
    assert app.selectbox(key="anna/schedule/mix/stories").value == "As it is now"
    app.selectbox(key="anna/schedule/kind").set_value("epics").run()
    press(app, "schedule/save")
    found = engine.automation.schedule("anna")
    assert found is not None
    assert (found.kind, found.mix, found.num_examples) == ("epics", {}, 5)


def test_it_is_removed_and_put_back(engine: Engine, anna: Shelf) -> None:
    before = engine.automation.set_schedule("anna", at="03:00", num_examples=5)
    app = open_studio("anna", AUTO_TRAIN)
    press(app, "schedule/remove")
    assert engine.automation.schedule("anna") is None
    assert "Removed: every day at 03:00, 5 texts, random mix." in plainly(app)
    press(app, "schedule/undo")
    assert engine.automation.schedule("anna") == before
    assert "Removed" not in plainly(app)


def test_run_now_starts_it_and_the_last_turn_tells(engine: Engine, anna: Shelf) -> None:
    engine.automation.set_schedule("anna", at="03:00", num_examples=5)
    app = open_studio("anna", AUTO_TRAIN)
    press(app, "schedule/run")
    (job,) = engine.jobs("anna")
    assert (job.kind, job.request["num_examples"]) == (JobKind.AUTO_TRAIN, 5)
    assert "it waits for its turn" in plainly(app)
    assert app.button(key="schedule/run").disabled
    engine.store.jobs.fail(job.id, "budget_used_up", "The cap is *reached*.")
    assert "it failed. The cap is *reached*." in plainly(open_studio("anna", AUTO_TRAIN))


def test_what_started_by_itself_says_so_everywhere(engine: Engine, anna: Shelf) -> None:
    found = engine.automation.set_schedule("anna", at="03:00", num_examples=5)
    assert found.next_at is not None
    engine.automation.look(found.next_at)
    for screen in (WRITE, AUTO_TRAIN, DASHBOARD):
        assert "Started by itself: the daily schedule." in plainly(open_studio("anna", screen))
    assert "Next by itself: " in plainly(open_studio("anna", DASHBOARD))


def test_one_that_was_removed_elsewhere_starts_nothing(engine: Engine, anna: Shelf) -> None:
    engine.automation.set_schedule("anna", at="03:00")
    app = open_studio("anna", AUTO_TRAIN)
    engine.automation.remove_schedule("anna")
    press(app, "schedule/run")
    assert "Nothing is written every day yet" in plainly(app)
    assert engine.jobs("anna") == []


def test_the_form_is_left_without_a_change(engine: Engine, anna: Shelf) -> None:
    app = open_studio("anna", AUTO_TRAIN)
    press(app, "schedule/new")
    press(app, "schedule/close")
    assert not app.time_input
    assert engine.automation.schedule("anna") is None


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (LastRun(datetime(2026, 5, 2, 9, 12, tzinfo=UTC), None, None, "Busy."), "skipped. Busy."),
        (
            LastRun(
                datetime(2026, 5, 2, 9, 12, tzinfo=UTC),
                datetime(2026, 5, 1, 3, 0, tzinfo=UTC),
                "0" * 32,
            ),
            "late, because the studio was closed at its time: 3 of 5 texts kept.",
        ),
    ],
)
def test_the_last_turn_in_words(engine: Engine, anna: Shelf, last: LastRun, words: str) -> None:
    job = None
    if last.job_id is not None:
        job = engine.start_auto_train("anna", 5)
        engine.store.jobs.start(job.id)
        assert outcome(engine.store.jobs.get(job.id)) == "it runs now."
        job = engine.store.jobs.succeed(job.id, {"kept": 3})
    line = last_line(last, job, UTC_ZONE)
    assert line.startswith("Last turn, 2 May 2026, 09:12")
    assert line.endswith(words)


def test_the_next_turn_in_words() -> None:
    now = datetime.now(UTC)
    soon = Schedule("03:00", "UTC", 1, {}, "epics", False, now + timedelta(days=3))
    assert next_line(soon) == f"{soon.next_at:%-d %b %Y at %H:%M}: 1 text (epics), random mix."
