"""Thumbs with reasons for programs."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.engine import Engine
from tests.studio.web.shelf import Shelf


def give(client: TestClient, **body: Any) -> Any:
    return client.post("/api/feedback", json={"user_id": "anna", **body})


def test_a_thumb_on_an_example_says_what_holds_now(client: TestClient, engine: Engine) -> None:
    (example_id,) = Shelf(engine, "anna").examples(1)
    said = {"feedback": -1, "reasons": ["too_long"], "note": "The end drags."}
    assert give(client, example_id=example_id, feedback=-1).json() == {
        "feedback": -1,
        "reasons": [],
        "note": "",
    }
    assert give(client, example_id=example_id, **said).json() == said
    assert give(client, example_id=example_id, feedback=-1).json() == said
    assert engine.store.examples.get("anna", example_id).feedback == -1
    none = {"feedback": 0, "reasons": [], "note": ""}
    assert give(client, example_id=example_id, feedback=0).json() == none
    assert engine.store.examples.get("anna", example_id).feedback == 0


@pytest.mark.parametrize(
    "body",
    [
        {"feedback": 1},
        {"feedback": 1, "draft_id": "0" * 32, "example_id": "0" * 32},
        {"feedback": 2, "example_id": "0" * 32},
        {"feedback": 1, "example_id": "0" * 32, "reasons": ["dull"]},
        {"feedback": 1, "example_id": "0" * 32, "note": "x" * 1001},
        {"feedback": 1, "example_id": "../etc"},
    ],
)
def test_what_makes_no_sense_is_refused(
    client: TestClient, engine: Engine, body: dict[str, Any]
) -> None:
    answer = give(client, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text
    assert engine.users() == []


def test_another_users_text_is_not_there(client: TestClient, engine: Engine) -> None:
    (example_id,) = Shelf(engine, "ben").examples(1)
    for body in ({"example_id": example_id}, {"draft_id": example_id}):
        answer = give(client, feedback=-1, **body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert engine.store.examples.get("ben", example_id).feedback == 0
