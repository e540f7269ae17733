"""The budget over REST: what was spent, caps that are set and lifted, prices."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from engine.domain.budget import Cost
from engine.domain.job import JobKind
from engine.engine import Engine


@pytest.fixture(autouse=True)
def _spent(engine: Engine) -> None:
    engine.ensure_user("anna")
    charge = engine.store.ledger.reserve(
        "anna", Cost(100, 200, 2_500_000), generator="Writers · large", owner="here 1 1.00"
    )
    assert isinstance(charge, str)
    engine.store.ledger.settle(charge, Cost(90, 110, 2_000_000))


def test_what_was_spent_and_the_caps(client: TestClient) -> None:
    body = client.get("/api/budget?user_id=anna").json()
    used = {"calls": 1, "tokens_read": 90, "tokens_written": 110, "money": 2.0, "bounded": 0}
    assert body["month"] == body["today"] == body["by_generator"]["Writers · large"] == used
    assert set(body["caps"].values()) == {None}
    assert client.get("/api/budget?user_id=ben").json()["month"]["calls"] == 0


def test_caps_are_set_and_lifted_one_by_one(client: TestClient) -> None:
    sent = {"user_id": "anna", "month_money": 5, "job_tokens": 1000}
    body = client.put("/api/budget", json=sent).json()
    assert body["caps"]["month_money"] == 5.0
    assert body["left"] == {"tokens": 1000, "money": 3.0}
    body = client.put("/api/budget", json={"user_id": "anna", "job_tokens": None}).json()
    assert (body["caps"]["month_money"], body["caps"]["job_tokens"]) == (5.0, None)
    for wrong in ({"week_tokens": 1}, {"day_tokens": -1}, {"day_tokens": "many"}):
        assert client.put("/api/budget", json={"user_id": "anna", **wrong}).status_code == 422


def test_a_job_carries_its_cost(client: TestClient, engine: Engine) -> None:
    job = engine.store.jobs.create("anna", JobKind.TRAINING, {"recipe": "quick"})
    engine.store.ledger.reserve(
        "anna", Cost(1, 2, 3), generator="g", owner="here 1 1.00", job_id=job.id
    )
    body = client.get(f"/api/training/jobs/{job.id}?user_id=anna").json()
    assert body["cost"]["tokens_written"] == body["cost"]["calls"] + 1 == 2
    assert body["cost"]["bounded"] == 3


def test_prices_are_told_with_who_says_so(client: TestClient, engine: Engine) -> None:
    engine.teachers.add("Gemini", "gemini", model="gemini-2.5-flash")
    engine.teachers.add("Far", "openai", base_url="https://models.example.com/v1", model="x")
    body = client.get("/api/budget/prices").json()
    assert body["currency"] == "USD"
    assert body["teachers"]["Gemini API · gemini-2.5-flash"]["source"] == "shipped list"
    assert body["teachers"]["Far · x"] is None
    assert all(line["written"] >= line["read"] for line in body["prices"])
