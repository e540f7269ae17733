"""`zega schedule …`: what starts by itself is shown, set bit by bit and removed."""

from __future__ import annotations

import pytest

from tests.processes import Home
from tests.studio.cli.conftest import document, problem, zega

ANNA = ("--user", "anna")


def test_a_schedule_is_set_changed_and_removed(home: Home) -> None:
    assert document(zega("schedule", "show", *ANNA, "--json"))["schedule"] is None
    made = document(
        zega("schedule", "set", *ANNA, "--at", "03:00", "--num", "5", "-g", "horror", "--json")
    )
    schedule = made["schedule"]
    assert (schedule["at"], schedule["zone"], schedule["mix"]) == ("03:00", "UTC", {"horror": 1.0})
    assert schedule["next_at"].endswith("03:00:00+00:00")
    home.engine.favourites.save("anna", "dark", {"mystery": 2.0})
    zega("schedule", "set", *ANNA, "--favourite", "dark", "--store-in-memory", "--pause")
    found = home.engine.automation.schedule("anna")
    assert found is not None
    assert (found.mix, found.store_in_memory, found.is_paused) == ({"mystery": 2.0}, True, True)
    shown = zega("schedule", "set", *ANNA, "--resume", "-g", "random", "--zone", "Asia/Tokyo")
    assert "Every day at 03:00 (Asia/Tokyo): 5 stories, random mix." in shown.stdout
    assert "Next: " in shown.stdout
    assert "No texts are written every day." in zega("schedule", "remove", *ANNA).stdout
    assert home.engine.automation.schedule("anna") is None


def test_the_number_of_examples_is_set_and_goes_back(home: Home) -> None:
    assert "Trainings start only when asked for." in zega("schedule", "show", *ANNA).stdout
    found = document(zega("schedule", "set", *ANNA, "--train-at", "30", "--json"))
    assert (found["train_at"], found["until_next"], found["schedule"]) == (30, 30, None)
    assert "starts at 30 new examples: 0 are there" in zega("schedule", "show", *ANNA).stdout
    zega("schedule", "set", *ANNA, "--train-at", "default")
    assert home.engine.automation.train_at("anna") == 0


def test_the_last_run_is_shown(home: Home) -> None:
    found = home.engine.automation.set_schedule("anna", at="03:00")
    assert found.next_at is not None
    (job,) = home.engine.automation.look(found.next_at)
    assert f"queued, {job.id}." in zega("schedule", "show", *ANNA).stdout


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((), "options"),
        (("--num", "5"), "at"),
        (("--at", "3 am"), "at"),
        (("--at", "03:00", "--num", "0"), "num_examples"),
        (("--at", "03:00", "--genre", "western"), "genres"),
        (("--favourite", "dark"), "favourite"),
        (("--train-at", "soon"), "train_at"),
        (("--train-at", "-1"), "train_at"),
    ],
)
def test_what_is_off_is_named(home: Home, options: tuple[str, ...], named: str) -> None:
    error = problem(zega("schedule", "set", *ANNA, *options, "--json"))
    assert (error["code"], error["message"].split()[0]) == ("invalid_input", named)
    assert home.engine.automation.schedule("anna") is None
