"""/api/data: training sets, threads and erasure for programs."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from engine.engine import Engine
from tests.engine.lineage.conftest import BODY, add_version, text_of
from tests.studio.api.conftest import Hands
from tests.studio.web.shelf import Shelf

ANNA = {"user_id": "anna"}


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    return Shelf(engine)


def test_a_training_set_from_freezing_to_training(
    client: TestClient, shelf: Shelf, hands: Hands
) -> None:
    shelf.examples(12)
    made = client.post("/api/data/snapshots", json=ANNA)
    assert made.status_code == 201
    first = made.json()["id"]
    added = shelf.store.examples.add(text_of(shelf, BODY)).id
    second = client.post("/api/data/snapshots", json=ANNA).json()["id"]
    listed = client.get("/api/data/snapshots", params=ANNA).json()
    assert [each["id"] for each in listed] == [second, first]
    pair = ANNA | {"before": first, "after": second}
    found = client.get("/api/data/snapshots/diff", params=pair).json()
    assert found["added"] == [added]
    assert found["tables"]["source"]["auto_train"] == {"added": 1, "removed": 0, "moved": 0}
    rows = client.get(f"/api/data/snapshots/{second}/rows", params=ANNA | {"limit": 500}).json()
    assert BODY in [row["completion"] for row in rows]
    assert client.get(f"/api/data/snapshots/{second}/verify", params=ANNA).json()["intact"]
    started = client.post(f"/api/data/snapshots/{second}/train", json=ANNA)
    assert started.status_code == 202
    assert hands.queued == [started.json()["job_id"]]
    ben = {"user_id": "ben", "before": first, "after": second}
    assert client.get("/api/data/snapshots/diff", params=ben).status_code == 404


def test_an_erasure_from_plan_to_record(client: TestClient, shelf: Shelf, engine: Engine) -> None:
    secret = shelf.store.examples.add(text_of(shelf, BODY)).id
    add_version(shelf, engine.settings.home, [*shelf.examples(2), secret])
    thread = client.get(f"/api/data/lineage/examples/{secret}", params=ANNA).json()
    assert (thread["learned"], thread["active"]) == (["zega-anna v1"], "zega-anna v1")
    asked = ANNA | {"phrase": "blue ledger"}
    plan = client.post("/api/data/erasures/plan", json=asked).json()
    assert plan["quarantined"] == ["zega-anna v1"]
    assert plan["total"] == len(plan["reached"]) == 4
    fewer = client.post("/api/data/erasures", json=asked | {"reached": 2})
    assert (fewer.status_code, fewer.json()["code"]) == (409, "erasure_changed")
    done = client.post("/api/data/erasures", json=asked | {"reached": plan["total"]})
    assert done.status_code == 201
    assert done.json()["finished_at"]
    assert client.get("/api/data/erasures", params=ANNA).json() == [done.json()]
    version = client.get("/api/data/lineage/versions/1", params=ANNA).json()
    assert (version["quarantined"], version["erased"], version["rows"]) == (True, 1, 3)
    refused = client.post("/api/training/versions/1/activate", params=ANNA)
    assert (refused.status_code, refused.json()["code"]) == (409, "version_quarantined")
    log = (engine.settings.home / "logs" / "audit.jsonl").read_text(encoding="utf-8")
    assert '"erase"' in log
    assert "ledger" not in log
    assert client.post("/api/data/erasures/plan", json=ANNA).status_code == 422
