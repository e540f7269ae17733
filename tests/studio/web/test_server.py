"""The page process: light, private, and never alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from engine.settings import Settings
from studio.web.own_pages import OwnPages
from studio.web.server import hosts
from tests.processes import ROOT, wait_for

HEAVY = ("torch", "transformers", "trl", "peft", "datasets", "chromadb", "xllamacpp")
READ_EVERYTHING = """
import importlib, pathlib, sys
from streamlit.testing.v1 import AppTest
for folder in ("studio/web", "studio/web/components"):
    for path in pathlib.Path(folder).glob("*.py"):
        if path.stem not in ("__init__", "router"):
            importlib.import_module(f"{folder.replace('/', '.')}.{path.stem}")
import streamlit_app
app = AppTest.from_file("studio/web/router.py", default_timeout=60)
app.query_params["who"] = "anna"
app.run()
for page in sorted(pathlib.Path("pages").glob("[a-z]*.py")):
    app.switch_page(f"../../pages/{page.name}").run()
    assert not app.exception, app.exception
    print(app.title[0].value)
print("HEAVY", [name for name in %r if name in sys.modules])
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "ZEGA_HOME": str(home), **more}


def test_drawing_every_page_imports_nothing_heavy(tmp_path: Path) -> None:
    make = "from engine.bootstrap import open_engine; open_engine().ensure_user('anna')"
    for code in (make, READ_EVERYTHING % (HEAVY,)):
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment(tmp_path / "home"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert {"Write", "Auto-Train", "My model", "Settings"} <= set(lines)
    assert lines[-1] == "HEAVY []"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_stcore/health", trust_env=False, timeout=5.0).is_success
    except httpx.HTTPError:
        return False


def is_refused(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5.0)
        return probe.connect_ex((address, port)) != 0


@pytest.mark.parametrize(
    ("host", "origin", "is_let_in"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501", True),
        ("127.0.0.1:8501", None, True),
        ("studio.example", "https://studio.example", True),
        ("127.0.0.1:8501", "http://localhost:3000", False),
        ("127.0.0.1:8501", "http://evil.example", False),
        ("127.0.0.1:8501", "null", False),
    ],
)
def test_only_the_studios_own_pages_get_a_connection(
    host: str, origin: str | None, is_let_in: bool
) -> None:
    async def page(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/", page)], middleware=[Middleware(OwnPages)])
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    try:
        with TestClient(app).websocket_connect("/", headers=headers):
            refused_with = None
    except WebSocketDisconnect as refused:
        refused_with = refused.code
    assert refused_with == (None if is_let_in else 1008)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_on_loopback_no_other_name_reaches_the_screens(host: str) -> None:
    names = hosts(Settings(host=host))
    assert {host, "localhost", "127.0.0.1", "::1"} == {*names}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "studio.example"])
def test_from_outside_screens_have_any_name(host: str) -> None:
    assert hosts(Settings(host=host)) == ["*"]


def answer_to(origin: str, port: int) -> int:
    """The status with which a page of that origin is given a page's connection, or not."""
    url = f"ws://127.0.0.1:{port}/_stcore/stream"
    try:
        with connect(
            url,
            additional_headers={"Origin": origin},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            proxy=None,
        ) as connection:
            assert connection.response is not None
            return connection.response.status_code
    except InvalidStatus as refused:
        return refused.response.status_code


def test_it_listens_on_this_machine_only_and_ends_with_its_parent(
    tmp_path: Path, port: int
) -> None:
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "studio.web.server"],
            cwd=ROOT,
            env=environment(tmp_path / "home", ZEGA_PORT=str(port)),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    assert server.stdin is not None
    try:
        wait_for("the page process answers", lambda: answers(f"http://127.0.0.1:{port}"))
        assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200
        assert is_refused("127.0.0.2", port)
        own, neighbour = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port - 1}"
        origins = (own, neighbour, "http://evil.example")
        assert [answer_to(origin, port) for origin in origins] == [101, 403, 403]
    finally:
        server.stdin.close()
        assert server.wait(60) == 0


def test_streamlit_run_serves_the_same_studio(tmp_path: Path, port: int) -> None:
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"],
            cwd=ROOT,
            env=environment(tmp_path / "home"),
            stdout=log,
            stderr=log,
        )
    try:
        wait_for("streamlit run answers", lambda: answers(f"http://127.0.0.1:{port}"))
        assert is_refused("127.0.0.2", port)
    finally:
        server.terminate()
        server.wait(60)
    assert "Error" not in (tmp_path / "log").read_text()


def test_what_is_loaded_once_is_not_looked_at_after_every_click() -> None:
    code = """
import gc, sys
from studio.web.server import warm_up
warm_up()
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
assert len(gc.get_objects()) < gc.get_freeze_count() / 100
assert "plotly" in sys.modules and "torch" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_chart_drawn_while_another_page_loads_pandas_waits_for_it() -> None:
    code = """
import sys, threading
loading = threading.Thread(target=__import__, args=("pandas",))
loading.start()
while "pandas" not in sys.modules:
    pass
from studio.web.charts import quality_histogram
assert quality_histogram([6.0, 8.0], 7.0).data[1].name == "kept"
loading.join()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
