"""The API's own description: complete, and without a word to the world outside."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from engine.engine import Engine
from studio.api.app import create_api


def test_the_page_and_its_scripts_come_from_here(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "SwaggerUIBundle" in page.text
    assert not re.search(r"https?://|//[a-z]", page.text.replace("<!-- ", ""))
    for place in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(place).status_code == 200, place
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_only_the_named_files_are_served(client: TestClient) -> None:
    for name in ("redoc.standalone.js", "..%2fcore.py", "..", "__init__.py"):
        assert client.get(f"/api/docs/{name}").status_code in (404, 422)


def test_the_description_names_every_route_with_its_errors(
    client: TestClient, engine: Engine
) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) > {
        "/auto-train",
        "/training/genres",
        "/api/training/jobs",
        "/api/training/jobs/{job_id}",
        "/api/training/jobs/{job_id}/start",
        "/api/training/jobs/{job_id}/cancel",
        "/api/training/statistics",
        "/api/training/health",
        "/api/training/versions",
        "/api/training/versions/{number}/activate",
        "/api/arena/pair",
        "/api/arena/ratings",
        "/api/budget",
        "/api/budget/prices",
        "/api/health",
    }
    for path, methods in paths.items():
        for method, described in methods.items():
            assert described["description"], f"{method} {path} says nothing"
            assert {"401", "403", "422", "500"} <= set(described["responses"])
            error = described["responses"]["422"]["content"]["application/json"]["schema"]
            assert error["$ref"].endswith("/ErrorBody")


def test_the_description_has_what_create_api_serves(engine: Engine) -> None:
    schema = create_api(engine).openapi()
    order = schema["components"]["schemas"]["AutoTrainRequest"]
    assert order["additionalProperties"] is False
    assert order["properties"]["num_examples"]["maximum"] == 500
    assert order["example"]["user_id"] == "anna"
