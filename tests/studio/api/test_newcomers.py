"""A name that is new: kept with the first thing that is kept for it, not when a request is refused."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.engine import Engine

TEMPLATE = {"template_prompts": ["A story about {nothing_known}."]}
TWO_PHASE = {"kind": "two_phase", "two_phase_training": True, "target_summaries": 1}

REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/auto-train", {"num_examples": 1, "genres": ["western"]}),
    ("POST", "/api/training/jobs", TWO_PHASE),
    ("POST", "/api/training/synthetic-data", TEMPLATE),
    ("PUT", "/api/automation", {"schedule": {"paused": True}}),
    ("PUT", "/api/budget", {"month_tokens": 10**15}),
    ("POST", "/api/keywords/terms", {"text": "\n\n"}),
]
TAKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/training/jobs", TWO_PHASE | {"target_summaries": 20}),
    ("POST", "/api/training/synthetic-data", {"template_prompts": ["A story about {place}."]}),
    ("PUT", "/api/automation", {"schedule": {"at": "03:00"}, "train_at": 30}),
    ("PUT", "/api/budget", {"month_tokens": 1000}),
    ("POST", "/api/keywords/terms", {"text": "lamp"}),
]


def named(requests: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    return [path for _, path, _ in requests]


@pytest.mark.parametrize(("method", "path", "body"), REFUSED, ids=named(REFUSED))
def test_who_is_refused_is_not_known_afterwards(
    client: TestClient, engine: Engine, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = client.request(method, path, json=body | {"user_id": "anna"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text
    assert engine.users() == []


@pytest.mark.parametrize(("method", "path", "body"), TAKEN, ids=named(TAKEN))
def test_who_is_new_needs_no_other_request_before(
    client: TestClient, engine: Engine, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = client.request(method, path, json=body | {"user_id": "anna"})
    assert answer.is_success, answer.text
    assert engine.users() == ["anna"]
