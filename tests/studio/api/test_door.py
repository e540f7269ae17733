"""Who gets in: hosts, pages elsewhere, tokens. Every route and every form of a request alike."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from engine.errors import SettingsError
from engine.settings import load_settings
from studio.api.app import create_api
from studio.api.door import MAX_BODY, UPLOADS
from tests.studio.api.conftest import OpenEngine, local_client

TOKEN = "a-token-of-this-test-0123456789"
JOB = f"/api/training/jobs/{'0' * 32}"
# One of each: reading, writing, documentation, a path that does not exist.
REQUESTS = [
    ("GET", "/api/health"),
    ("GET", "/training/genres"),
    ("POST", "/auto-train"),
    ("GET", f"{JOB}?user_id=anna"),
    ("POST", f"{JOB}/cancel?user_id=anna"),
    ("GET", "/api/docs"),
    ("GET", "/api/docs/swagger-ui.css"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/nothing"),
    ("DELETE", "/api/health"),
]
EVENTS = f"{JOB}/events?user_id=anna"


def refusal(client: TestClient, place: str = "ws://studio.example", **options: Any) -> int:
    """The status with which the WebSocket is refused."""
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        client.websocket_connect(place + EVENTS, **options),
    ):
        raise AssertionError("the socket opened")
    return refused.value.status_code


# On loopback: any program of this machine, no page of another place


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8501", "127.0.0.2:8501", "[::1]:8501", "LOCALHOST:1"]
)
def test_this_machines_own_names_get_in(client: TestClient, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "localhost:80:80", ""]
)
def test_a_rebound_name_reaches_nothing(client: TestClient, host: str) -> None:
    for method, path in REQUESTS:
        answer = client.request(method, path, headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:3000",
        "http://anna@127.0.0.1:8501",
        "file://127.0.0.1:8501",
        "http://[::1",
        "x",
    ],
)
def test_a_page_elsewhere_reaches_nothing(client: TestClient, origin: str) -> None:
    for method, path in REQUESTS:
        answer = client.request(method, path, headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


def test_the_studios_own_page_gets_in(client: TestClient) -> None:
    origin = {"Origin": "http://127.0.0.1:8501", "Sec-Fetch-Site": "same-origin"}
    assert client.get("/api/health", headers=origin).status_code == 200


def test_a_picture_in_a_page_elsewhere_is_refused_and_a_link_is_followed(
    client: TestClient,
) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert client.get("/api/health", headers=elsewhere).status_code == 403
    neighbour = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}
    assert client.get("/api/health", headers=neighbour).status_code == 403
    click = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/api/docs", headers=click).status_code == 200
    assert client.post(f"{JOB}/cancel?user_id=anna", headers=click).status_code == 403


def test_the_socket_is_guarded_like_every_route(client: TestClient) -> None:
    here = "ws://127.0.0.1:8501"
    assert refusal(client, here) == 404  # past the door: there is no such job
    assert refusal(client, here, headers={"Host": "evil.example"}) == 403
    assert refusal(client, here, headers={"Origin": "http://evil.example"}) == 403
    assert refusal(client, here, headers={"Origin": "null"}) == 403


# From outside: the token


@pytest.fixture
def outside(open_engine: OpenEngine) -> Iterator[TestClient]:
    """A studio that listens everywhere, with a token that was set."""
    api = create_api(open_engine(host="0.0.0.0", api_token=TOKEN))
    client = TestClient(api, base_url="http://studio.example", raise_server_exceptions=False)
    with client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(""),
        bearer(TOKEN[:-1]),
        bearer(TOKEN + "x"),
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": f"token={TOKEN}"},
        {"X-Forwarded-For": "127.0.0.1", "Host": "127.0.0.1"},
    ],
)
def test_without_the_token_nothing_answers(outside: TestClient, headers: dict[str, str]) -> None:
    for method, path in REQUESTS:
        answer = outside.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), path
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert TOKEN not in answer.text


def test_a_token_in_the_address_is_no_token(outside: TestClient) -> None:
    for name in ("token", "api_token", "access_token", "authorization"):
        assert outside.get(f"/api/health?{name}={TOKEN}").status_code == 401


def test_with_the_token_every_name_of_the_machine_is_open(outside: TestClient) -> None:
    assert outside.get("/api/health", headers=bearer(TOKEN)).status_code == 200
    for user in ("anna", "ben"):
        answer = outside.get(f"/api/training/jobs?user_id={user}", headers=bearer(TOKEN))
        assert answer.status_code == 200


def test_the_token_does_not_open_the_door_to_pages_elsewhere(outside: TestClient) -> None:
    foreign = bearer(TOKEN) | {"Origin": "http://evil.example"}
    assert outside.get("/api/health", headers=foreign).status_code == 403
    own = bearer(TOKEN) | {"Origin": "https://studio.example"}
    assert outside.get("/api/health", headers=own).status_code == 200


def test_the_socket_takes_the_token_in_a_header_or_as_a_protocol(outside: TestClient) -> None:
    missing = 404  # past the door: there is no such job
    assert refusal(outside) == 401
    assert refusal(outside, headers=bearer("wrong")) == 401
    assert refusal(outside, subprotocols=["zega", "zega.token.wrong"]) == 401
    assert refusal(outside, subprotocols=["zega", TOKEN]) == 401
    assert refusal(outside, headers=bearer(TOKEN)) == missing
    assert refusal(outside, subprotocols=["zega", f"zega.token.{TOKEN}"]) == missing


def test_the_server_never_repeats_the_token_as_its_protocol(open_engine: OpenEngine) -> None:
    engine = open_engine(host="0.0.0.0", api_token=TOKEN)
    engine.ensure_user("anna")
    job = engine.start_auto_train("anna", 1)
    engine.cancel("anna", job.id)
    client = TestClient(create_api(engine), base_url="http://studio.example")
    path = f"/api/training/jobs/{job.id}/events?user_id=anna"
    protocols = [f"zega.token.{TOKEN}", "zega"]
    with client.websocket_connect(path, subprotocols=protocols) as socket:
        assert socket.accepted_subprotocol == "zega"
        assert socket.receive_json()["state"] == "cancelled"


def test_a_token_is_made_once_and_only_its_owner_can_read_it(open_engine: OpenEngine) -> None:
    engine = open_engine(host="0.0.0.0")
    client = local_client(create_api(engine))
    assert client.get("/api/health").status_code == 401
    path = engine.settings.home / "api_token"
    made = path.read_text(encoding="ascii")
    assert len(made) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert client.get("/api/health", headers=bearer(made)).status_code == 200
    again = local_client(create_api(open_engine(host="0.0.0.0")))
    assert again.get("/api/health", headers=bearer(made)).status_code == 200


@pytest.mark.parametrize("settings", [{"guests": "yes"}, {"api_token": TOKEN}])
def test_loopback_asks_for_the_token_when_it_is_set_or_people_are_guests(
    open_engine: OpenEngine, settings: dict[str, str]
) -> None:
    client = local_client(create_api(open_engine(**settings)))
    assert client.get("/api/health").status_code == 401


def test_a_connection_from_outside_needs_the_token_whatever_the_settings_say(
    open_engine: OpenEngine,
) -> None:
    client = TestClient(create_api(open_engine()), base_url="http://192.0.2.7:8501")
    assert client.get("/api/health", headers={"Host": "127.0.0.1"}).status_code == 401


@pytest.mark.parametrize("token", ["short", "with a space in the token", "ü" * 30, "a" * 201])
def test_a_weak_token_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(SettingsError, match="ZEGA_API_TOKEN") as refused:
        load_settings(api_token=token)
    assert token not in str(refused.value)


# Sizes


def test_a_body_that_is_too_large_is_refused_in_both_forms(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    headers = {"Content-Type": "application/json"}
    for content in (b" " * 300 * 1024, pieces()):
        answer = client.post("/auto-train", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


def test_two_hosts_are_one_too_many(address: str) -> None:
    connection = HTTPConnection(address)
    connection.putrequest("GET", "/api/health", skip_host=True)
    connection.putheader("Host", address)
    connection.putheader("Host", "evil.example")
    connection.endheaders()
    assert connection.getresponse().status in (400, 403)
    connection.close()


def test_the_largest_bodies_are_documented() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    (line,) = [each for each in documented.splitlines() if each.startswith("| 413 |")]
    assert f"{MAX_BODY // 1024} KB" in line
    for most in UPLOADS.values():
        assert f"{most / 1_000_000:g} MB" in line
