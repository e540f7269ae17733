"""One form for every error, whatever raised it, and nothing of the inside in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine import errors as engine_errors
from engine.budget import errors as budget_errors
from engine.engine import Engine
from engine.errors import (
    AlreadyRunning,
    Cancelled,
    EngineError,
    JobFailed,
    NotEnoughExamples,
    TrainingFailed,
)
from engine.training import errors as training_errors
from models import errors as model_errors
from models.errors import Blocked, ContextTooLong, DoesNotFit, ModelError, RateLimited, Unavailable
from studio.api.app import create_api
from studio.api.errors import ACTIONS, STATUS
from tests.studio.api.conftest import local_client

FIELDS = {"code", "message", "action", "details"}


@pytest.fixture
def raising(engine: Engine) -> Iterator[tuple[FastAPI, TestClient]]:
    api = create_api(engine)
    with local_client(api) as client:
        yield api, client


@pytest.mark.parametrize(
    ("error", "status", "details"),
    [
        (Unavailable("The model server is starting."), 503, {}),
        (RateLimited("Too many.", retry_after=12.2), 429, {"retry_after": 12.2}),
        (RateLimited("Too many."), 429, {"retry_after": None}),
        (Blocked("violence"), 422, {"reason": "violence"}),
        (ContextTooLong(5000, 2048), 422, {"tokens": 5000, "limit": 2048}),
        (DoesNotFit("big", 9000, 100), 503, {"needed_mb": 9000, "available_mb": 100}),
        (NotEnoughExamples(3, 10), 409, {"have": 3, "needed": 10, "missing": 7}),
        (AlreadyRunning("The worker", "process 1"), 409, {}),
        (Cancelled("The training", job_id="1"), 409, {"job_id": "1"}),
        (TrainingFailed("broke", log_tail="/home/x/secret"), 500, {}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_known_errors_keep_code_sentence_and_figures(
    raising: tuple[FastAPI, TestClient], error: Exception, status: int, details: dict[str, object]
) -> None:
    api, client = raising

    def fail() -> None:
        raise error

    api.add_api_route("/api/raise", fail)
    answer = client.get("/api/raise")
    body = answer.json()
    assert (answer.status_code, set(body)) == (status, FIELDS)
    assert isinstance(error, EngineError | ModelError)
    assert (body["code"], body["message"]) == (error.code, str(error))
    assert details.items() <= body["details"].items()
    assert "/home/x/secret" not in answer.text
    if status == 429:
        assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("code", ["rate_limited", "invalid_input", "not_found", "internal_error"])
def test_a_failed_job_is_no_error_of_the_request(
    raising: tuple[FastAPI, TestClient], code: str
) -> None:
    api, client = raising

    def fail() -> None:
        raise JobFailed(code, "The teacher said no.", job_id="1", kept=3)

    api.add_api_route("/api/raise", fail)
    answer = client.get("/api/raise")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, code)
    assert body["details"] == {"job_id": "1", "kept": 3}
    assert "new job" in body["action"]
    assert "Retry-After" not in answer.headers


def test_what_nobody_foresaw_is_logged_and_not_shown(
    raising: tuple[FastAPI, TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    api, client = raising

    def fail() -> None:
        raise ZeroDivisionError("a secret of the inside")

    api.add_api_route("/api/raise", fail)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/api/raise")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "a secret of the inside" in caplog.text


def test_unknown_paths_and_methods_have_the_same_form(client: TestClient) -> None:
    for method, path, status, code in (
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/training/nothing", 404, "not_found"),
        ("DELETE", "/api/health", 405, "method_not_allowed"),
        ("GET", "/auto-train", 405, "method_not_allowed"),
    ):
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()["code"], set(answer.json())) == (
            status,
            code,
            FIELDS,
        )


def codes_of(module: object, base: type[Exception]) -> set[str]:
    classes = [each for each in vars(module).values() if isinstance(each, type)]
    return {each.code for each in classes if issubclass(each, base) and each is not base}  # type: ignore[attr-defined]


def all_codes() -> set[str]:
    trees = (engine_errors, budget_errors, training_errors)
    codes = set().union(*(codes_of(each, EngineError) for each in trees))
    return codes | codes_of(model_errors, ModelError)


def test_no_status_is_for_an_error_that_does_not_exist() -> None:
    assert set(STATUS) - {"internal_error"} <= all_codes()  # which is of jobs alone


# A job's own error has a code of its own; what is left can only be tried again.
WITHOUT = {"job_failed", "run_taken_over", "settings_error", "evaluation_failed"}


def test_every_error_says_what_to_do() -> None:
    assert all_codes() - set(ACTIONS) == WITHOUT
