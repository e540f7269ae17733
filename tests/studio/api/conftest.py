"""The API over a real engine on an empty home, a fake teacher, and a worker in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from engine.domain.job import Job
from engine.engine import Engine
from engine.jobs.work import Runner
from engine.settings import load_settings
from engine.store import open_store
from studio.api.app import create_api
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.processes import wait_for

OpenEngine = Callable[..., Engine]


class Hands:
    """Runs what is enqueued, as the worker does, when `work` is on."""

    def __init__(self) -> None:
        self.work = False
        self.engine: Engine | None = None
        self.queued: list[str] = []
        self.threads: list[threading.Thread] = []

    def enqueue(self, job: Job) -> None:
        self.queued.append(job.id)
        if self.work and self.engine is not None:
            thread = threading.Thread(target=Runner(self.engine).run, args=(job.id,))
            self.threads.append(thread)
            thread.start()

    def finish(self) -> None:
        """Return once everything that is run has ended."""
        for thread in self.threads:
            thread.join()


@pytest.fixture
def hands() -> Iterator[Hands]:
    hands = Hands()
    yield hands
    hands.finish()


@pytest.fixture
def open_engine(tmp_path: Path, hands: Hands) -> Iterator[OpenEngine]:
    """Opens the engine with settings of a test; the home is always the same."""
    opened: list[Engine] = []

    def open_it(**settings: object) -> Engine:
        chosen = load_settings(**{"home": tmp_path / "home", "train_at": 0} | settings)
        chosen.home.mkdir(exist_ok=True)
        engine = Engine(chosen, open_store(chosen.database), hands.enqueue)
        hands.engine = engine
        opened.append(engine)
        return engine

    yield open_it
    hands.finish()
    for engine in opened:
        engine.store.database.dispose()


@pytest.fixture
def engine(open_engine: OpenEngine) -> Engine:
    return open_engine()


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with local_client(create_api(engine)) as client:
        yield client


def local_client(api: FastAPI) -> TestClient:
    """A program on this machine."""
    return TestClient(api, base_url="http://127.0.0.1:8501", raise_server_exceptions=False)


@pytest.fixture
def teacher(engine: Engine) -> Iterator[FakeLlamaCpp]:
    """The model server everybody asks."""
    with fake_llamacpp() as server:
        engine.store.serving.publish(server.url, "tiny", "0" * 64, {}, "")
        yield server


@contextmanager
def served(api: FastAPI) -> Iterator[str]:
    """The API behind a real server on loopback; gives its address without the scheme."""
    server = uvicorn.Server(
        uvicorn.Config(api, host="127.0.0.1", port=0, ws="websockets-sansio", log_level="warning")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for("the server listens", lambda: server.started)
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(engine: Engine) -> Iterator[str]:
    with served(create_api(engine)) as address:
        yield address
