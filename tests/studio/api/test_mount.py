"""The API beside the screens, on the studio's one port: light until it is asked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from engine.domain.genre import Genre
from tests.processes import ROOT, wait_for

LIGHT = """
import sys
import streamlit_app
late = ("fastapi", "sqlalchemy", "engine.bootstrap", "studio.api.app", "torch")
print([name for name in late if name in sys.modules])
"""


def test_the_first_screen_does_not_wait_for_the_api(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LIGHT],
        cwd=ROOT,
        env={**os.environ, "ZEGA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "[]"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str) -> int:
    try:
        return httpx.get(url, trust_env=False, timeout=60).status_code
    except httpx.HTTPError:
        return 0


def test_screens_and_api_share_a_port_and_neither_takes_the_others_paths(
    tmp_path: Path, port: int
) -> None:
    base = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "studio.web.server"],
            cwd=ROOT,
            env={**os.environ, "ZEGA_HOME": str(tmp_path / "home"), "ZEGA_PORT": str(port)},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    assert server.stdin is not None
    try:
        wait_for("the studio answers", lambda: status(f"{base}/_stcore/health") == 200)
        with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
            assert client.get("/training/genres").json()["total"] == len(Genre)
            assert client.get("/api/health").json()["parts"]["worker"] == "down"
            assert client.get("/api/nothing").json()["code"] == "not_found"
            assert client.post("/auto-train", json={}).json()["code"] == "invalid_input"
            evil = client.get("/api/health", headers={"Host": "evil.example"})
            assert evil.status_code == 403
            for screen in ("/", "/auto_train", "/apiary", "/trainings"):
                assert "text/html" in client.get(screen).headers["Content-Type"], screen
    finally:
        server.stdin.close()
        assert server.wait(60) == 0
