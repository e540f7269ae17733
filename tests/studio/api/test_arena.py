"""The arena over REST: a pair without names, a vote that tells them, ratings."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from engine.domain.version import Version
from engine.domain.vote import Choice
from engine.engine import Engine
from tests.fake_llamacpp import FakeLlamaCpp
from tests.studio.web.shelf import Shelf


@pytest.fixture
def version(engine: Engine, teacher: FakeLlamaCpp) -> Version:
    made = Shelf(engine, "anna").version()
    engine.activate("anna", made.number)
    engine.store.serving.publish(teacher.url, "tiny", "0" * 64, {made.id: 0}, "")
    return made


def test_a_pair_tells_no_names_until_it_is_voted_on(client: TestClient, version: Version) -> None:
    answer = client.post("/api/arena/pair", json={"user_id": "anna"})
    assert answer.status_code == 200
    pair = answer.json()["pair"]
    assert pair["left_text"]
    assert pair["right_text"]
    assert version.label not in answer.text
    assert "base" not in "".join(pair)
    assert client.post("/api/arena/pair", json={"user_id": "anna"}).json()["pair"] == pair
    sent = {"user_id": "anna", "choice": "left"}
    vote = client.post(f"/api/arena/pair/{pair['id']}/vote", json=sent)
    assert vote.status_code == 200
    assert version.label in (vote.json()["left_model"], vote.json()["right_model"])
    again = client.post(f"/api/arena/pair/{pair['id']}/vote", json=sent)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert client.post("/api/arena/pair", json={"user_id": "anna"}).json()["pair"] != pair


def test_wrong_votes_are_refused(client: TestClient, version: Version) -> None:
    pair = client.post("/api/arena/pair", json={"user_id": "anna"}).json()["pair"]
    path = f"/api/arena/pair/{pair['id']}/vote"
    assert client.post(path, json={"user_id": "anna", "choice": "best"}).status_code == 422
    assert client.post(path, json={"user_id": "ben", "choice": "left"}).status_code == 404


def test_a_failure_names_the_pair_and_it_can_be_skipped(
    client: TestClient, engine: Engine, teacher: FakeLlamaCpp, version: Version
) -> None:
    teacher.script.errors = 2
    failed = client.post("/api/arena/pair", json={"user_id": "anna"})
    assert failed.status_code == 503
    stuck = failed.json()["details"]["pair_id"]
    assert failed.json()["code"] == "model_unavailable"
    path = f"/api/arena/pair/{stuck}/skip"
    assert client.post(path, json={"user_id": "ben"}).status_code == 404
    skipped = client.post(path, json={"user_id": "anna"})
    assert (skipped.status_code, skipped.json()) == (200, {"id": stuck})
    assert client.post(path, json={"user_id": "anna"}).status_code == 409
    assert client.post("/api/arena/pair/x/skip", json={"user_id": "anna"}).status_code == 422
    assert client.post("/api/arena/pair", json={"user_id": "anna"}).json()["pair"]["id"] != stuck
    assert engine.arena.votes("anna") == []


def test_the_newest_vote_is_taken_back_and_its_pair_comes_again(
    client: TestClient, engine: Engine, version: Version
) -> None:
    anna = {"user_id": "anna"}
    pair = client.post("/api/arena/pair", json=anna).json()["pair"]
    client.post(f"/api/arena/pair/{pair['id']}/vote", json=anna | {"choice": "tie"})
    assert client.post("/api/arena/undo", json={"user_id": "ben"}).json() == {"pair": None}
    assert len(engine.arena.votes("anna")) == 1
    other = client.post("/api/arena/undo", json=anna | {"vote_id": "0" * 32})
    assert other.json() == {"pair": None}
    assert client.post("/api/arena/undo", json=anna | {"vote_id": "x"}).status_code == 422
    named = anna | {"vote_id": pair["id"]}
    assert client.post("/api/arena/undo", json=named).json() == {"pair": pair}
    assert client.post("/api/arena/undo", json=named).json() == {"pair": None}
    assert engine.arena.votes("anna") == []
    assert client.post("/api/arena/pair", json=anna).json() == {"pair": pair}
    assert client.post("/api/arena/undo", json=anna).json() == {"pair": None}


def test_with_one_model_there_is_no_pair(
    client: TestClient, engine: Engine, teacher: FakeLlamaCpp
) -> None:
    engine.ensure_user("anna")
    assert client.post("/api/arena/pair", json={"user_id": "anna"}).json() == {"pair": None}
    found = client.get("/api/arena/ratings?user_id=anna").json()
    assert found == {"votes": 0, "anchor": None, "standings": [], "meetings": []}


def test_ratings_come_with_interval_and_sentence(
    client: TestClient, engine: Engine, version: Version
) -> None:
    votes = engine.store.votes
    for number in range(21):
        pair = votes.add(
            "anna",
            prompt=f"Lamp {number}.",
            kind="stories",
            genre=None,
            left_model=version.label,
            right_model="the base SmolLM2-135M-Instruct",
            left_text="a",
            right_text="b",
        )
        votes.vote("anna", pair.id, Choice.LEFT)
    found = client.get("/api/arena/ratings?user_id=anna").json()
    best = found["standings"][0]
    assert (found["votes"], best["model"], best["won"]) == (21, version.label, 21)
    assert best["rating"]["low"] > 0
    assert best["rating"]["n"] == 21
    assert "95 % interval" in best["sentence"]
    assert found["meetings"][0]["lost"] == 21
