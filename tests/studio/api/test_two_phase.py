"""A two-phase training over REST: made with its settings, refused with their names."""

from __future__ import annotations

from starlette.testclient import TestClient

from engine.domain.two_phase import Input
from engine.engine import Engine

JOBS = "/api/training/jobs"
ORDER = {"kind": "two_phase", "user_id": "anna", "inputs": ["A lamp.", "A boat."]}


def test_it_is_made_with_its_settings_and_inputs(client: TestClient, engine: Engine) -> None:
    answer = client.post(JOBS, json=ORDER | {"target_summaries": 12, "learning_rate": 2e-4})
    assert answer.status_code == 201, answer.text
    job = answer.json()
    assert (job["state"], job["kind"]) == ("created", "two_phase")
    asked = job["request"]
    assert (asked["target_summaries"], asked["learning_rate"], asked["batch_size"]) == (12, 2e-4, 8)
    assert asked["kind"] == "stories"
    assert engine.store.two_phases.inputs(job["job_id"]) == [Input("A lamp."), Input("A boat.")]
    place = f"{JOBS}/{job['job_id']}"
    started = client.post(f"{place}/start", params={"user_id": "anna"}).json()
    assert started["state"] == "queued"
    ended = client.post(f"{place}/cancel", params={"user_id": "anna"}).json()
    assert (ended["state"], ended["progress"]["done"]) == ("cancelled", 0)


def test_what_is_wrong_is_named(client: TestClient, engine: Engine) -> None:
    answer = client.post(JOBS, json=ORDER | {"batch_size": 1000})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert "batch_size" in answer.json()["message"]
    assert client.post(JOBS, json=ORDER | {"epochs": 3}).status_code == 422
    assert engine.store.jobs.list("anna", created=True) == []
