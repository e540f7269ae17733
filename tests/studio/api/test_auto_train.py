"""POST /auto-train and GET /training/genres: the names and meanings programs rely on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from engine.domain.genre import Genre
from engine.domain.job import JobState
from engine.engine import Engine
from tests.fake_llamacpp import FakeLlamaCpp
from tests.processes import wait_for
from tests.studio.api.conftest import Hands

ORDER: dict[str, Any] = {"user_id": "anna", "num_examples": 4, "genres": ["horror", "romance"]}


@pytest.fixture
def working(hands: Hands) -> Iterator[Hands]:
    hands.work = True
    yield hands
    for thread in hands.threads:
        thread.join()


def nothing_was_done(engine: Engine) -> bool:
    return engine.users() == [] and engine.store.jobs.unfinished() == []


def test_the_answer_has_exactly_the_promised_names(
    client: TestClient, teacher: FakeLlamaCpp, working: Hands
) -> None:
    answer = client.post("/auto-train", json=ORDER)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {
        "total_requested",
        "successful",
        "failed",
        "genre_distribution",
        "average_quality",
        "total_time",
        "training_stats",
        "ready_for_finetuning",
        "kept",
        "rejected",
    }
    assert set(body["training_stats"]) == {"training_examples", "examples_until_next_training"}
    assert body["total_requested"] == body["successful"] + body["failed"] == 4
    assert body["kept"] + body["rejected"] == body["successful"]
    drawn = {genre: n for genre, n in body["genre_distribution"].items() if n}
    assert drawn == {"horror": 2, "romance": 2}
    assert 0 < body["average_quality"] <= 10


def test_without_genres_any_may_come(
    client: TestClient, engine: Engine, teacher: FakeLlamaCpp, working: Hands
) -> None:
    answer = client.post("/auto-train", json={"user_id": "anna", "num_examples": 8})
    assert sum(answer.json()["genre_distribution"].values()) == 8
    assert engine.jobs("anna")[0].request["store_in_memory"] is False


@pytest.mark.parametrize(
    "prefer", [["respond-async"], ["wait=10, Respond-Async;x=1"], ["wait=10", "respond-async"]]
)
def test_asked_not_to_wait_it_gives_the_job(
    client: TestClient, engine: Engine, prefer: list[str]
) -> None:
    headers = httpx.Headers([("Prefer", each) for each in prefer])
    answer = client.post("/auto-train", json=ORDER, headers=headers)
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "respond-async"
    job = engine.jobs("anna")[0]
    assert answer.json()["job_id"] == job.id
    assert job.state is JobState.QUEUED
    followed = client.get(answer.headers["Location"])
    assert followed.json()["job_id"] == job.id


def test_a_preference_of_another_name_is_ignored(
    client: TestClient, teacher: FakeLlamaCpp, working: Hands
) -> None:
    answer = client.post("/auto-train", json=ORDER, headers={"Prefer": "respond-async-not"})
    assert answer.status_code == 200


def test_the_job_goes_on_when_the_client_leaves(
    address: str, engine: Engine, teacher: FakeLlamaCpp, working: Hands
) -> None:
    teacher.script.delay = 0.01
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"http://{address}/auto-train",
            json=ORDER,
            timeout=httpx.Timeout(30, read=0.3),
            trust_env=False,
        )
    wait_for("the job ends", lambda: engine.jobs("anna")[0].state.is_final)
    assert engine.jobs("anna")[0].state is JobState.SUCCEEDED


def test_a_cancelled_one_answers_so_and_says_what_is_safe(
    address: str, engine: Engine, teacher: FakeLlamaCpp, hands: Hands
) -> None:
    hands.engine = None  # nobody runs it
    answers: list[httpx.Response] = []
    asking = threading.Thread(
        target=lambda: answers.append(
            httpx.post(f"http://{address}/auto-train", json=ORDER, timeout=60, trust_env=False)
        )
    )
    asking.start()
    wait_for("the job is there", lambda: "anna" in engine.users() and bool(engine.jobs("anna")))
    engine.cancel("anna", engine.jobs("anna")[0].id)
    asking.join()
    assert answers[0].status_code == 409
    body = answers[0].json()
    assert body["code"] == "cancelled"
    assert body["details"]["job_id"] == engine.jobs("anna")[0].id
    assert "safe" in body["message"]


BAD: dict[str, Any] = {
    "none asked for": {"num_examples": 0},
    "too many": {"num_examples": 501},
    "negative": {"num_examples": -1},
    "a fraction": {"num_examples": 2.5},
    "a word": {"num_examples": "4"},
    "true": {"num_examples": True},
    "huge": {"num_examples": 10**30},
    "unknown genre": {"genres": ["western"]},
    "unknown kind": {"kind": "odes"},
    "genres as a word": {"genres": "horror"},
    "no genre at all": {"genres": []},
    "unknown field": {"model": "x"},
    "memory as a word": {"store_in_memory": "yes"},
    "no user": {"user_id": None},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_wrong_field_is_refused_and_nothing_is_done(
    client: TestClient, engine: Engine, change: dict[str, Any]
) -> None:
    answer = client.post("/auto-train", json=ORDER | change)
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == "invalid_input"
    assert next(iter(change)) in body["message"]
    assert nothing_was_done(engine)


@pytest.mark.parametrize(
    "user_id",
    ["", "../x", "anna\n", "Anna", "-a", "a" * 65, "a/b", "a b", "é", "a١", "a\x00", "%61nna"],
)
def test_a_hostile_name_is_refused_and_nothing_is_done(
    client: TestClient, engine: Engine, user_id: str
) -> None:
    answer = client.post("/auto-train", json=ORDER | {"user_id": user_id})
    assert answer.status_code == 422
    assert nothing_was_done(engine)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"[" * 20_000, b'{"user_id": "\xff"}'])
def test_a_body_that_is_no_order_is_refused_in_the_same_form(
    client: TestClient, engine: Engine, body: bytes
) -> None:
    answer = client.post("/auto-train", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"code", "message", "action", "details"}
    assert nothing_was_done(engine)


def test_an_order_must_say_that_it_is_json(client: TestClient, engine: Engine) -> None:
    answer = client.post(
        "/auto-train",
        content='{"user_id": "anna", "num_examples": 1}',
        headers={"Content-Type": "text/plain"},
    )
    assert answer.status_code == 422
    assert nothing_was_done(engine)


def test_the_genres_are_offered(client: TestClient) -> None:
    assert client.get("/training/genres").json() == {
        "genres": [genre.value for genre in Genre],
        "total": len(Genre),
    }


def test_a_kind_may_be_named(client: TestClient, engine: Engine) -> None:
    order = {"user_id": "anna", "num_examples": 2, "kind": "epics"}
    answer = client.post("/auto-train", json=order, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert engine.jobs("anna")[0].request["kind"] == "epics"
    refused = client.post("/auto-train", json=order | {"genres": ["horror"]})
    assert refused.status_code == 422
    assert "epics have none" in refused.json()["message"]
