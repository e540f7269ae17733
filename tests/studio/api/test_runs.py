"""A training as a whole for programs."""

from __future__ import annotations

from starlette.testclient import TestClient

from engine.engine import Engine
from tests.studio.web.shelf import Shelf

ANNA = {"user_id": "anna"}


def test_a_training_with_curve_health_and_samples(client: TestClient, engine: Engine) -> None:
    job = Shelf(engine).by_heart()
    found = client.get(f"/api/training/jobs/{job.id}/run", params=ANNA)
    assert found.status_code == 200
    body = found.json()
    assert (body["step"], body["total_steps"], body["state"]) == (40, 60, "running")
    assert body["best"] == {"step": 8, "value": 3.6}
    assert body["validation_loss"][-1]["step"] == 40
    assert body["figures"]["gradient_norm"][0] == {"step": 1, "value": 1.25}
    assert body["healthy"] is False
    assert [each["trouble"] for each in body["findings"]] == ["overfitting", "repetition"]
    assert {each["step"] for each in body["samples"]} == {20, 40}


def test_another_persons_training_is_not_there(client: TestClient, engine: Engine) -> None:
    job = Shelf(engine).training()
    engine.ensure_user("ben")
    path = f"/api/training/jobs/{job.id}/run"
    assert client.get(path, params={"user_id": "ben"}).status_code == 404
    batch = Shelf(engine).batch(kept=1)
    assert client.get(f"/api/training/jobs/{batch.id}/run", params=ANNA).status_code == 404
