"""Evaluations and benchmarks by the API."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from engine.engine import Engine
from engine.jobs.work import Runner
from studio.api.door import MAX_BODY
from tests.fake_llamacpp import FakeLlamaCpp

ANNA = {"user_id": "anna"}
ROWS = b'{"prompt": "Is a cat an animal?", "label": "yes"}\n{"prompt": "Say hello."}\n'


def add(client: TestClient, name: str = "mine", data: bytes = ROWS) -> None:
    files = {"file": ("rows.jsonl", data)}
    answer = client.post("/api/benchmarks", data=ANNA | {"name": name}, files=files)
    assert answer.status_code == 201, answer.text


def test_benchmarks_are_added_listed_and_removed(client: TestClient) -> None:
    add(client)
    (found,) = client.get("/api/benchmarks", params=ANNA).json()["benchmarks"]
    assert (found["name"], found["rows"], found["references"], found["labels"]) == ("mine", 2, 0, 1)
    assert client.get("/api/benchmarks", params={"user_id": "ben"}).json() == {"benchmarks": []}
    other = client.delete("/api/benchmarks/mine", params={"user_id": "ben"})
    assert (other.status_code, other.json()["code"]) == (404, "not_found")
    assert client.delete("/api/benchmarks/mine", params=ANNA).json() == {"benchmarks": []}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("mine", ROWS + b"{\n", "line 3: the line is no JSON object"),
        ("a/b", ROWS, "name"),
        ("mine", b"", "must have 1 to 2,000 rows"),
    ],
)
def test_what_is_off_is_named_and_leaves_nothing(
    client: TestClient, engine: Engine, name: str, data: bytes, said: str
) -> None:
    files = {"file": ("rows.jsonl", data)}
    answer = client.post("/api/benchmarks", data=ANNA | {"name": name}, files=files)
    assert answer.status_code == 422
    assert said in json.dumps(answer.json())
    assert engine.users() == []


def test_a_benchmark_may_be_as_large_as_its_limit_says(client: TestClient) -> None:
    row = {"prompt": "A?", "reference": "a" * 19_000}
    add(client, data="\n".join([json.dumps(row)] * (MAX_BODY // 10_000)).encode())
    huge = {"file": ("rows.jsonl", b"a" * 10_200_000)}
    answer = client.post("/api/benchmarks", data=ANNA | {"name": "huge"}, files=huge)
    assert answer.status_code == 413


def test_a_model_is_measured_and_read_as_json_and_markdown(
    client: TestClient, engine: Engine, teacher: FakeLlamaCpp
) -> None:
    add(client)
    order = ANNA | {"benchmark": "mine"}
    answer = client.post("/api/training/evaluate/base", json=order)
    assert answer.status_code == 202, answer.text
    Runner(engine).run(answer.json()["job_id"])
    job = client.get(answer.json()["status_url"]).json()
    assert (job["kind"], job["state"]) == ("evaluation", "succeeded"), job
    place = f"/api/training/evaluations/{job['result']['evaluation_id']}"
    found = client.get(place, params=ANNA).json()
    assert (found["benchmark"], found["answers"], found["rival"]) == ("mine", 2, None)
    accuracy = found["figures"]["accuracy"]
    assert (accuracy["value"], accuracy["n"]) == (0.0, 1)
    assert accuracy["sentence"].startswith("Accuracy 0.000 of 1 (no interval, n = 1)")
    page = client.get("/api/training/evaluations", params=ANNA).json()
    (listed,) = page["evaluations"]
    assert listed.items() <= found.items()
    after = client.get("/api/training/evaluations", params=ANNA | {"offset": 1})
    assert (page["total"], after.json()) == (1, {"evaluations": [], "total": 1})
    page = client.get(place, params=ANNA | {"format": "markdown"})
    assert page.headers["content-type"] == "text/markdown; charset=utf-8"
    assert page.text.startswith("# How the base ")
    beside = client.get(place, params=ANNA | {"rival": found["id"]}).json()
    assert beside["rival"]["differences"]["quality"]["value"] == 0.0
    for answer in (
        client.get(place, params={"user_id": "ben"}),
        client.get(place, params=ANNA | {"rival": "0" * 32}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    engine.benchmarks.remove("anna", "mine")
    assert client.get(place, params=ANNA).status_code == 404


@pytest.mark.parametrize(
    ("model", "order", "status"),
    [
        ("gpt", {}, 422),
        ("7", {}, 404),
        ("base", {"rival": "base"}, 422),
        ("base", {"benchmark": "none"}, 404),
        ("base", {"wait": True}, 422),
    ],
)
def test_what_cannot_be_measured_is_refused(
    client: TestClient, engine: Engine, model: str, order: dict[str, object], status: int
) -> None:
    engine.ensure_user("anna")
    answer = client.post(f"/api/training/evaluate/{model}", json=ANNA | order)
    assert answer.status_code == status, answer.text
    assert engine.jobs("anna") == []
