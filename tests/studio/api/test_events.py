"""The WebSocket of a job's events, through a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from engine.engine import Engine
from studio.api.app import create_api
from tests.fake_llamacpp import FakeLlamaCpp
from tests.studio.api.conftest import Hands, served
from tests.studio.web.shelf import Shelf

PATIENCE = 60.0


@pytest.fixture
def anna(engine: Engine) -> Shelf:
    return Shelf(engine, "anna")


@contextmanager
def watching(
    address: str, job_id: str, *, user: str = "anna", after: int | None = None, **options: Any
) -> Iterator[ClientConnection]:
    url = f"ws://{address}/api/training/jobs/{job_id}/events?user_id={user}"
    url += "" if after is None else f"&last_event_id={after}"
    with connect(url, proxy=None, open_timeout=PATIENCE, **options) as socket:
        yield socket


def one(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE))
    return message


def rest(socket: ClientConnection) -> list[dict[str, Any]]:
    """Every message until the server closes, which it must do in good order."""
    return [json.loads(message) for message in socket]


def until(socket: ClientConnection, event_id: int) -> list[dict[str, Any]]:
    found = [one(socket)]
    while found[-1]["id"] < event_id:
        found.append(one(socket))
    return found


def test_a_training_is_followed_live_to_its_end(address: str, engine: Engine, anna: Shelf) -> None:
    job = anna.training(steps=2)
    with watching(address, job.id) as socket:
        state, first, second = until(socket, 5)
        assert (state["event"], state["state"], state["id"]) == ("jobState", "running", 0)
        assert (first["event"], first["jobId"]) == ("trainingProgress", job.id)
        assert first["progress"]["current_epoch"] == 1
        assert first["progress"]["total_epochs"] == 3
        assert first["metrics"]["train_loss"] == pytest.approx(3.85)
        anna.store.runs.add_step(anna.step(job.id, 3, 3.1, None))
        (third,) = until(socket, 7)
        assert third["metrics"]["train_loss"] == pytest.approx(3.1)
        assert isinstance(third["progress"]["estimated_remaining"], int)
        anna.store.jobs.succeed(job.id, {"version": 1})
        ended, ending = rest(socket)
    assert (ended["event"], ended["state"]) == ("jobState", "succeeded")
    assert (ending["event"], ending["result"]) == ("trainingCompleted", {"version": 1})
    assert first["id"] < second["id"] < third["id"] < ending["id"]


def test_nothing_is_lost_over_a_reconnect_and_a_restart_of_the_server(
    engine: Engine, anna: Shelf
) -> None:
    job = anna.training(steps=4)
    with served(create_api(engine)) as address, watching(address, job.id) as socket:
        before = until(socket, 7)
    for number in (5, 6):
        anna.store.runs.add_step(anna.step(job.id, number, 3.0, None))
    anna.store.jobs.fail(job.id, "training_failed", "It broke.")
    with (
        served(create_api(engine)) as address,
        watching(address, job.id, after=before[-1]["id"]) as socket,
    ):
        after = rest(socket)
    numbers = [m["progress"]["done"] for m in before + after if m["event"] == "trainingProgress"]
    assert numbers == [1, 2, 3, 4, 4, 5, 6]  # step 4 was followed by a validation
    assert after[-1]["event"] == "trainingFailed"
    assert after[-1]["error"] == {"code": "training_failed", "message": "It broke."}
    ids = [message["id"] for message in before + after]
    assert ids == sorted(ids)


def test_an_auto_training_ends_with_its_result(
    address: str, engine: Engine, teacher: FakeLlamaCpp, hands: Hands, anna: Shelf
) -> None:
    hands.work = True
    job = engine.start_auto_train("anna", 4, {"horror": 1.0})
    with watching(address, job.id) as socket:
        messages = rest(socket)
    assert messages[-1]["event"] == "generationCompleted"
    assert messages[-1]["result"]["total_requested"] == 4
    progress = [m for m in messages if m["event"] == "generationProgress"]
    assert progress[-1]["metrics"]["successful"] == 4


def test_a_cancelled_job_says_so(address: str, engine: Engine, anna: Shelf) -> None:
    job = engine.start_auto_train("anna", 4)
    with watching(address, job.id) as socket:
        assert one(socket)["state"] == "queued"
        engine.cancel("anna", job.id)
        assert rest(socket)[-1]["event"] == "generationCancelled"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"user": "ben"}, 404),
        ({"user": "../anna"}, 422),
        ({"after": -1}, 422),
        ({"after": 2**60}, 422),
        ({"origin": "http://evil.example"}, 403),
        ({"additional_headers": {"Host": "evil.example"}}, 403),
    ],
)
def test_a_reader_who_may_not_is_refused_before_the_socket_opens(
    address: str, engine: Engine, anna: Shelf, change: dict[str, Any], status: int
) -> None:
    engine.ensure_user("ben")
    job = anna.training(steps=2)
    with pytest.raises(InvalidStatus) as refused, watching(address, job.id, **change):
        raise AssertionError("the socket opened")
    assert refused.value.response.status_code == status
    body = json.loads(refused.value.response.body)
    assert set(body) == {"code", "message", "action", "details"}


def test_a_refusal_leaves_no_traceback_in_the_log(
    engine: Engine, anna: Shelf, capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        served(create_api(engine)) as address,
        pytest.raises(InvalidStatus),
        watching(address, "0" * 32),
    ):
        raise AssertionError("the socket opened")
    assert "Traceback" not in capfd.readouterr().err


def test_the_studios_own_page_may_read(address: str, anna: Shelf) -> None:
    job = anna.training(steps=1)
    with watching(address, job.id, origin=f"http://{address}") as socket:
        assert one(socket)["event"] == "jobState"


def test_a_reader_that_speaks_is_shown_the_door(address: str, anna: Shelf) -> None:
    job = anna.training(steps=1)
    with watching(address, job.id) as socket:
        until(socket, 3)
        socket.send("stop everything")
        with pytest.raises(ConnectionClosedError) as closed:
            rest(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1003
