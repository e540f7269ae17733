"""Health, statistics and versions over REST."""

from __future__ import annotations

from datetime import datetime

import pytest
from starlette.testclient import TestClient

from engine.engine import Engine
from engine.lock import hold_lock
from engine.memory.address import LOCK, publish, withdraw
from tests.fake_llamacpp import FakeLlamaCpp
from tests.studio.web.shelf import Shelf


@pytest.fixture
def anna(engine: Engine) -> Shelf:
    return Shelf(engine, "anna")


def test_the_collector_counts_what_everybody_collected(
    client: TestClient, engine: Engine, anna: Shelf
) -> None:
    empty = client.get("/api/health").json()["data_collector"]
    assert empty == {
        "available": True,
        "status": "Active - Collecting Training Data",
        "total_examples": 0,
        "last_updated": None,
    }
    anna.examples(3)
    Shelf(engine, "ben").examples(2)
    collector = client.get("/api/health").json()["data_collector"]
    assert collector["total_examples"] == 5
    assert datetime.fromisoformat(collector["last_updated"]).tzinfo is not None


def test_each_part_is_up_or_down(client: TestClient, engine: Engine, teacher: FakeLlamaCpp) -> None:
    health = client.get("/api/health").json()
    assert health["parts"] == {
        "database": "up",
        "model_server": "up",
        "worker": "down",
        "memory": "down",
    }
    assert health["status"] == "degraded"
    home = engine.settings.home
    with hold_lock(home / "worker.lock", "The worker"):
        health = client.get("/api/health").json()
        assert (health["parts"]["worker"], health["status"]) == ("up", "degraded")
        publish(home, "http://127.0.0.1:9")  # left by one that was killed
        assert client.get("/api/health").json()["parts"]["memory"] == "down"
        with hold_lock(home / LOCK, "The memory"):
            health = client.get("/api/health").json()
            assert (health["parts"]["memory"], health["status"]) == ("up", "ok")
            withdraw(home)
            assert client.get("/api/health").json()["parts"]["memory"] == "down"
    teacher.close()
    assert client.get("/api/health").json()["parts"]["model_server"] == "down"


def test_training_health_counts_what_waits_and_runs(
    client: TestClient, engine: Engine, anna: Shelf
) -> None:
    anna.training()
    engine.start_auto_train("anna", 2)
    health = client.get("/api/training/health").json()
    assert (health["queued"], health["running"]) == (1, 1)


def test_statistics_are_one_users_own_or_everybodys(
    client: TestClient, engine: Engine, anna: Shelf
) -> None:
    anna.batch(kept=2)
    failed = engine.start_auto_train("anna", 2)
    engine.store.jobs.fail(failed.id, "model_unavailable", "No model.")
    Shelf(engine, "ben").batch(kept=1)
    found = client.get("/api/training/statistics?user_id=anna").json()
    assert (found["jobs"], found["success_rate"]) == (2, 0.5)
    (kind,) = found["by_kind"]
    assert (kind["kind"], kind["succeeded"], kind["failed"]) == ("auto_train", 1, 1)
    assert kind["average_seconds"] is not None
    assert found["resources"]
    assert found["average_seconds"] == kind["average_seconds"]
    everybody = client.get("/api/training/statistics").json()
    assert (everybody["jobs"], everybody["by_kind"][0]["succeeded"]) == (3, 2)
    assert client.get("/api/training/statistics?user_id=../anna").status_code == 422


def test_versions_are_listed_and_activated(client: TestClient, engine: Engine, anna: Shelf) -> None:
    anna.version()
    path = "/api/training/versions"
    listed = client.get(f"{path}?user_id=anna").json()
    assert listed["active"] == 0
    assert [(v["number"], v["active"]) for v in listed["versions"]] == [(1, False)]
    activated = client.post(f"{path}/1/activate?user_id=anna").json()
    assert (activated["active"], activated["versions"][0]["active"]) == (1, True)
    assert client.post(f"{path}/0/activate?user_id=anna").json()["active"] == 0
    engine.ensure_user("ben")
    for user in ("ben", "nobody"):
        answer = client.post(f"{path}/1/activate?user_id={user}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get(f"{path}?user_id=ben").json() == {
        "versions": [],
        "active": 0,
        "active_t5": 0,
    }
    assert client.post(f"{path}/-1/activate?user_id=anna").status_code == 422


def test_a_t5_is_active_beside_zega(client: TestClient, anna: Shelf) -> None:
    anna.version()
    anna.t5("20261121-143000")
    path = "/api/training/versions"
    client.post(f"{path}/1/activate?user_id=anna")
    both = client.post(f"{path}/2/activate?user_id=anna").json()
    assert (both["active"], both["active_t5"]) == (1, 2)
    t5, zega = both["versions"]
    assert (t5["name"], t5["student"], t5["active"]) == ("t5-retrained-20261121-143000", "t5", True)
    assert t5["overlap"]["after"] == {"rouge_l": 31.5, "chrf": 40.25, "rows": 16}
    assert (zega["student"], zega["overlap"], zega["active"]) == ("zega", {}, True)
    left = client.post(f"{path}/0/activate?user_id=anna&student=t5").json()
    assert (left["active"], left["active_t5"]) == (1, 0)


def test_a_t5_is_trained_over_the_api(client: TestClient, anna: Shelf) -> None:
    anna.examples(12)
    order = {"kind": "training", "user_id": "anna", "recipe": "t5", "task_kind": "stories"}
    job = client.post("/api/training/jobs", json=order).json()
    assert job["request"] == {"recipe": "t5", "kind": "stories"}
    few = client.post("/api/training/jobs", json=order | {"task_kind": "epics"})
    assert (few.status_code, few.json()["code"]) == (409, "not_enough_examples")
    assert "10 missing" in few.json()["message"]
    unknown = client.post("/api/training/jobs", json=order | {"task_kind": "odes"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid_input")
