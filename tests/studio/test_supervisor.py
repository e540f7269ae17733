"""The supervisor with real processes: kept alive, started once, ended together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import psutil
import pytest

from engine.errors import AlreadyRunning, SettingsError
from engine.lock import hold_lock
from engine.settings import Settings
from studio.processes import FIRST_PAUSE, LOG_BYTES, LONGEST_PAUSE, Child, KeptProcess
from studio.supervisor import answers, studio_url, supervise
from tests.processes import Home, descendants, is_gone, kill, wait_for

RUN = "tests.studio.stub_run"
WEB_DOOR = Child("web", "no_such_module")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def home(home: Home) -> Home:
    """A home folder whose studio has a port of its own."""
    home.environment["ZEGA_PORT"] = str(free_port())
    return home


def start_studio(home: Home) -> subprocess.Popen[bytes]:
    """Start it and wait until its page, its model server and its worker are up."""
    supervisor = home.start(RUN)
    url = f"http://127.0.0.1:{home.environment['ZEGA_PORT']}"
    wait_for("the ready line", lambda: f"ZEGA Studio is ready: {url}\n" in home.logs())
    assert httpx.get(url, trust_env=False).text == "hello"
    wait_for("the model server", lambda: home.engine.store.serving.current() is not None)
    worker_log = home.folder / "logs" / "worker.log"
    wait_for("the worker", lambda: "the worker is ready" in worker_log.read_text())
    return supervisor


def child_of(supervisor: subprocess.Popen[bytes], module: str) -> psutil.Process:
    (found,) = [child for child in descendants(supervisor.pid) if module in child.cmdline()]
    return found


def test_children_are_kept_alive_and_end_with_sigterm(home: Home) -> None:
    supervisor = start_studio(home)
    with pytest.raises(AlreadyRunning, match=str(supervisor.pid)):
        supervise(home.engine.settings)
    url = home.engine.store.serving.current()
    assert url is not None
    assert httpx.get(f"{url.url}/health", trust_env=False).status_code == 200

    worker, server = (
        child_of(supervisor, "engine.jobs.worker"),
        child_of(supervisor, "engine.serving.process"),
    )
    llama = server.children(recursive=True)
    assert llama
    worker.kill()
    server.kill()
    wait_for("llama.cpp to end with its parent", lambda: all(map(is_gone, llama)))
    wait_for("a new worker", lambda: (home.folder / "worker.lock").read_text() != str(worker.pid))
    wait_for("a new address", lambda: home.engine.store.serving.current() not in (None, url))
    assert "worker ended (exit code -9)" in home.logs()

    family = descendants(supervisor.pid)
    assert len(family) >= 4
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(60) == 0
    assert [process.cmdline() for process in family if not is_gone(process)] == []
    assert home.engine.store.serving.current() is None


def test_a_killed_supervisor_leaves_nothing_behind(home: Home) -> None:
    supervisor = start_studio(home)
    family = descendants(supervisor.pid)
    assert len(family) >= 4
    kill(supervisor)
    wait_for("everybody to end", lambda: all(map(is_gone, family)))
    with hold_lock(home.folder / "supervisor.lock", "The studio") as lock:
        lock.seek(0)
        assert lock.read() == str(os.getpid())


def test_a_taken_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.supervisor.PORT_SECONDS", 0.0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port}.*ZEGA_PORT"):
            supervise(Settings(home=tmp_path, port=port), [WEB_DOOR])


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8501"),
        ("127.0.0.2", "http://127.0.0.2:8501"),
        ("0.0.0.0", "http://127.0.0.1:8501"),
        ("::1", "http://[::1]:8501"),
        ("::", "http://[::1]:8501"),
        ("localhost", "http://localhost:8501"),
    ],
)
def test_every_address_to_listen_on_has_one_to_open(tmp_path: Path, host: str, url: str) -> None:
    assert studio_url(Settings(home=tmp_path, host=host)) == url


def test_an_address_that_is_none_does_not_answer() -> None:
    assert not answers("http://::1:8501")


def test_pauses_between_restarts_grow_to_a_limit(tmp_path: Path) -> None:
    """A child that always fails is started again after 0.5, 1, 2 … 10 seconds."""
    now = 0.0
    pauses: list[float] = []
    child = KeptProcess(
        Child("broken", "no_such_module"),
        environment=os.environ,
        log=tmp_path / "broken.log",
        on_death=lambda child, code, pause: pauses.append(pause),
        clock=lambda: now,
    )
    while len(pauses) < 7:
        deaths = len(pauses)
        child.tend()
        assert child.is_running()
        wait_for("its end", lambda: not child.is_running())
        child.tend()
        assert len(pauses) == deaths + 1
        now += pauses[-1] - 0.01
        child.tend()
        assert not child.is_running()  # not yet due
        now += 0.02
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_a_long_log_is_set_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "broken.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    child = KeptProcess(
        Child("broken", "no_such_module"),
        environment=os.environ,
        log=log,
        on_death=lambda child, code, pause: None,
    )
    child.tend()
    wait_for("its end", lambda: not child.is_running())
    assert (tmp_path / "broken.old.log").stat().st_size == LOG_BYTES + 1
    assert "no_such_module" in log.read_text()
