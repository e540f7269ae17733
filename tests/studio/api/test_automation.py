"""What starts by itself over REST: the number and the schedule, set bit by bit, and removed."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from engine.engine import Engine

PLACE = "/api/automation"
FIRST = {"at": "03:00", "zone": "Europe/Paris", "num_examples": 20, "mix": {"horror": 2}}


def put(client: TestClient, **changes: object) -> dict[str, object]:
    answer = client.put(PLACE, json={"user_id": "anna", **changes})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_nothing_starts_every_day_at_first(client: TestClient) -> None:
    body = client.get(f"{PLACE}?user_id=anna").json()
    assert body == {
        "train_at": 0,
        "default_train_at": 0,
        "examples": 0,
        "until_next": 0,
        "schedule": None,
    }


def test_number_and_schedule_are_set_changed_and_removed(
    client: TestClient, engine: Engine
) -> None:
    body = put(client, train_at=30, schedule=FIRST)
    assert (body["train_at"], body["until_next"], body["default_train_at"]) == (30, 30, 0)
    schedule = body["schedule"]
    assert isinstance(schedule, dict)
    assert {name: schedule[name] for name in FIRST} == FIRST
    assert (schedule["paused"], schedule["last"], schedule["kind"]) == (False, None, "stories")
    body = put(client, schedule={"paused": True, "mix": {}})
    assert isinstance(body["schedule"], dict)
    assert (body["train_at"], body["schedule"]["next_at"]) == (30, None)
    assert (body["schedule"]["mix"], body["schedule"]["num_examples"]) == ({}, 20)
    assert put(client, train_at=None)["train_at"] == 0
    assert client.get(f"{PLACE}?user_id=ben").json()["schedule"] is None
    assert client.delete(f"{PLACE}?user_id=anna").json()["schedule"] is None
    assert engine.automation.schedule("anna") is None
    log = (engine.settings.home / "logs" / "audit.jsonl").read_text().splitlines()
    assert [json.loads(line)["action"] for line in log] == [
        *["set_automation"] * 3,
        "remove_schedule",
    ]


def test_the_last_run_and_what_started_a_job_are_told(client: TestClient, engine: Engine) -> None:
    put(client, schedule=FIRST)
    found = engine.automation.schedule("anna")
    assert found is not None
    assert found.next_at is not None
    (job,) = engine.automation.look(found.next_at)
    last = client.get(f"{PLACE}?user_id=anna").json()["schedule"]["last"]
    assert (last["job_id"], last["state"], last["late"]) == (job.id, "queued", False)
    body = client.get(f"/api/training/jobs/{job.id}?user_id=anna").json()
    assert body["request"]["started_by"] == "schedule"


@pytest.mark.parametrize(
    "wrong",
    [
        {"train_at": -1},
        {"train_at": "many"},
        {"schedule": {"at": "25:00"}},
        {"schedule": {"zone": "Europe/Paris"}},
        {"schedule": {"at": "03:00", "num_examples": 501}},
        {"schedule": {"at": "03:00", "mix": {"western": 1}}},
        {"schedule": {"at": "03:00", "zone": "Mars"}},
        {"schedule": {"at": "03:00", "each": "week"}},
        {"every": "day"},
    ],
)
def test_what_is_off_is_refused(client: TestClient, wrong: dict[str, object]) -> None:
    answer = client.put(PLACE, json={"user_id": "anna", **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert client.get(f"{PLACE}?user_id=anna").json()["schedule"] is None
