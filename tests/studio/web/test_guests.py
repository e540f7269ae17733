"""Guests: a browser's own name, which cannot be chosen, and nothing of other names."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.settings import load_settings
from studio.web.guests import COOKIE, GuestCookie, guest_of, new_guest, signed
from studio.web.navigation import AUTO_TRAIN, MY_MODEL, SCREENS, WRITE
from tests.processes import ROOT, wait_for
from tests.studio.web.conftest import all_text, open_studio
from tests.studio.web.shelf import Shelf

KEY = "the key of this test"


def test_a_signed_guest_is_found_again_and_nobody_else() -> None:
    one, other = new_guest(), new_guest()
    assert one != other
    assert guest_of({COOKIE: signed(one, KEY)}, KEY) == one
    assert guest_of({COOKIE: signed(one, "another key")}, KEY) is None
    assert guest_of({}, KEY) is None


@pytest.mark.parametrize("forged", ["", "anna", "guest-anna", "0" * 24, "0" * 24 + ".", "..", "é"])
def test_a_cookie_that_was_not_signed_here_names_nobody(forged: str) -> None:
    assert guest_of({COOKIE: forged}, KEY) is None


def test_a_changed_cookie_names_nobody() -> None:
    cookie = signed(new_guest(), KEY)
    changed = ("0" if cookie[0] != "0" else "1") + cookie[1:]
    assert guest_of({COOKIE: changed}, KEY) is None


def test_only_guest_ids_are_accepted_even_when_signed() -> None:
    assert guest_of({COOKIE: signed("anna", KEY)}, KEY) is None


def door(key: str | None) -> TestClient:
    pages = [
        Route("/", lambda request: HTMLResponse("<p>page</p>")),
        Route("/data", lambda request: JSONResponse({})),
    ]
    guests = Middleware(GuestCookie, key=lambda: key)
    return TestClient(Starlette(routes=pages, middleware=[guests]))


def test_the_first_page_brings_a_cookie_and_the_next_keeps_it() -> None:
    client = door(KEY)
    first = client.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    assert guest_of(dict(client.cookies), KEY) is not None
    assert "Set-Cookie" not in client.get("/").headers


def test_a_forged_cookie_is_replaced() -> None:
    client = door(KEY)
    client.cookies.set(COOKIE, "anna")
    assert COOKIE in client.get("/").headers["Set-Cookie"]


def test_over_https_it_works_in_a_frame_and_is_kept_apart_there() -> None:
    answer = door(KEY).get("/", headers={"X-Forwarded-Proto": "https"})
    for word in ("Secure", "SameSite=None", "Partitioned", "HttpOnly"):
        assert word in answer.headers["Set-Cookie"]


def test_data_brings_no_cookie_and_neither_does_a_studio_without_guests() -> None:
    assert "Set-Cookie" not in door(KEY).get("/data").headers
    assert "Set-Cookie" not in door(None).get("/").headers


# The screens


@pytest.fixture
def guests(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Engine:
    monkeypatch.setenv("ZEGA_GUESTS", "yes")
    return engine


def test_a_guest_is_not_asked_for_a_name_and_cannot_take_one(guests: Engine) -> None:
    Shelf(guests, "anna")
    app = open_studio("anna")
    assert app.title[0].value == "Write"
    assert "who" not in app.query_params
    (guest,) = (name for name in guests.users() if name != "anna")
    assert app.session_state["user"] == guest
    app.run()
    assert app.session_state["user"] == guest
    assert not [each for each in app.button if each.label == "anna"]
    assert not [each for each in app.text_input if "name" in each.label.lower()]


def test_a_guest_sees_nothing_of_other_names_and_no_settings(guests: Engine) -> None:
    guests.ensure_user("anna")
    guests.start_story("anna", "A secret of anna about a silver spoon")
    for screen in (WRITE, AUTO_TRAIN, MY_MODEL):
        app = open_studio(None, screen)
        seen = all_text(app) + "".join(each.label for each in app.button)
        assert "silver spoon" not in seen, screen.title
        assert "You are a guest" in seen
    app = open_studio()
    owner_only = [screen for screen in SCREENS if not screen.for_guests]
    assert "Settings" in [screen.title for screen in owner_only]
    for screen in owner_only:
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            app.switch_page(f"../../pages/{screen.file}")


# The whole way: page, cookie, connection


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[tuple[str, Engine]]:
    """A running page process with guests, and an engine on its home."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"ZEGA_HOME": str(tmp_path / "home"), "ZEGA_PORT": str(port), "ZEGA_GUESTS": "yes"}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "studio.web.server"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    assert server.stdin is not None
    engine = open_engine(load_settings(home=tmp_path / "home"))
    try:
        wait_for("the studio answers", lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"))
        yield f"127.0.0.1:{port}", engine
    finally:
        server.stdin.close()
        server.wait(60)
        engine.store.database.dispose()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=60).is_success
    except httpx.HTTPError:
        return False


def visit(address: str, cookie: str) -> None:
    """Open the studio as a browser does, and stay until the page is drawn."""
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    with connect(
        f"ws://{address}/_stcore/stream",
        additional_headers=headers,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        proxy=None,
    ) as connection:
        ask = BackMsg()
        ask.rerun_script.query_string = "who=anna"
        connection.send(ask.SerializeToString())
        for raw in connection:
            message = ForwardMsg()
            assert isinstance(raw, bytes)
            message.ParseFromString(raw)
            if message.WhichOneof("type") == "script_finished":
                return


def test_each_browser_is_its_own_guest_and_stays_it(studio: tuple[str, Engine]) -> None:
    address, engine = studio
    engine.ensure_user("anna")
    cookies = []
    for _ in range(2):
        with httpx.Client(trust_env=False, timeout=60) as browser:
            browser.get(f"http://{address}/")
            cookies.append(browser.cookies[COOKIE])
    key = (engine.settings.home / "guest_secret").read_text(encoding="ascii")
    names = {guest_of({COOKIE: cookie}, key) for cookie in cookies}
    for cookie in (*cookies, cookies[0]):
        visit(address, cookie)
    assert set(engine.users()) == {"anna"} | names
    visit(address, signed("guest-" + "0" * 24, "a key of somebody else"))
    assert "guest-" + "0" * 24 not in engine.users()
    assert len(engine.users()) == 4
