"""`zega run`: every process of the studio, started together, kept alive and ended together."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx

from engine.errors import SettingsError
from engine.lock import hold_lock
from engine.settings import Settings
from studio.api.token import where_token_is
from studio.processes import Child, KeptProcess, stop_all

CHILDREN = (
    Child("model-server", "engine.serving.process"),
    Child("worker", "engine.jobs.worker"),
    Child("memory", "engine.memory.process"),
    Child("web", "studio.web.server"),
)
WEB = "web"
# Held while somebody runs what is behind the web door.
SUPERVISOR_LOCK = "supervisor.lock"

ROOT = Path(__file__).parent.parent
TEND_SECONDS = 0.1
PROBE_SECONDS = 0.5
# A studio that was killed a moment ago may still hold the port while its processes end.
PORT_SECONDS = 5.0


def supervise(settings: Settings, children: Sequence[Child] = CHILDREN) -> None:
    """Run the studio, or the part of it that `children` are, until Ctrl-C, SIGTERM or the end of
    the terminal.

    Raises `AlreadyRunning` when the home folder has a supervisor of the same part, `SettingsError`
    when another program has the port.
    """
    home = settings.home.resolve()
    has_web = any(child.name == WEB for child in children)
    with ExitStack() as locks:
        if has_web:
            locks.enter_context(hold_lock(home / "web.lock", "The studio's web door"))
        if not has_web or len(children) > 1:
            locks.enter_context(hold_lock(home / SUPERVISOR_LOCK, "ZEGA Studio"))
        if has_web:
            wait_for_port(settings.host, settings.port)
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stopping.set())
        logs = home / "logs"
        logs.mkdir(exist_ok=True)
        say(f"Starting ZEGA Studio; logs are in {logs}")
        if has_web and (line := where_token_is(settings)):
            say(line)
        processes = [
            KeptProcess(
                child,
                environment=environment_for(settings),
                log=logs / f"{child.name}.log",
                on_death=lambda child, code, pause: say(
                    f"{child.name} ended (exit code {code}); it starts again in {pause:g} s. "
                    f"Its log: {logs / child.name}.log"
                ),
            )
            for child in children
        ]
        try:
            tend_until(stopping, processes, studio_url(settings) if has_web else None)
        finally:
            say("Stopping ZEGA Studio")
            stop_all(processes)


def tend_until(
    stopping: threading.Event, processes: Sequence[KeptProcess], url: str | None
) -> None:
    """Keep the processes alive; say once that the studio is ready, when its page (if any) answers."""
    ready, probe_at = url is None, 0.0
    while not stopping.is_set():
        for process in processes:
            process.tend()
        if url is not None and not ready and time.monotonic() >= probe_at:
            ready = answers(url)
            probe_at = time.monotonic() + PROBE_SECONDS
            if ready:
                say(f"ZEGA Studio is ready: {url}")
        stopping.wait(TEND_SECONDS)


def environment_for(settings: Settings) -> dict[str, str]:
    """What children see: ours, with the settings this process acts on made explicit."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "PYTHONUNBUFFERED": "1",
        "ZEGA_HOME": str(settings.home.resolve()),
        "ZEGA_HOST": settings.host,
        "ZEGA_PORT": str(settings.port),
    }


def studio_url(settings: Settings) -> str:
    """The address to open on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def answers(url: str) -> bool:
    """Whether the studio's page is served."""
    try:
        return httpx.get(url, timeout=2.0, trust_env=False).status_code < 500
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def wait_for_port(host: str, port: int) -> None:
    """Return when the port is free. Raises `SettingsError` when it stays taken."""
    deadline = time.monotonic() + PORT_SECONDS
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return
            except OSError as error:
                problem = error.strerror or str(error)
        if time.monotonic() >= deadline:
            raise SettingsError(
                f"The studio cannot listen on {host}, port {port} ({problem}). "
                "Stop the program that uses it, or set ZEGA_PORT to a free port."
            )
        time.sleep(0.2)


def say(line: str) -> None:
    """One line to the terminal, at once."""
    print(line, file=sys.stdout, flush=True)
