"""The studio as it really runs, on a home folder of its own: all of it, or the page process alone.

Beside the page process stands a teacher of the test's own; the whole studio has its real one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.memory.address import publish
from engine.settings import load_settings
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.memory_servers import chroma, fake_embeddings

ROOT = Path(__file__).parent.parent.parent
BASE = "SmolLM2-135M-Instruct"
START_SECONDS = 120.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the studio answers; fail with its log when it never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/_stcore/health", trust_env=False, timeout=5.0).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError(f"the studio did not start:\n{log.read_text()}")


@contextmanager
def process(
    arguments: list[str], home: Path, port: int, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m …` on this home and port, with a lifeline; ended with the block."""
    log = home.parent / f"{arguments[0]}.log"
    with log.open("ab") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env={**os.environ, "ZEGA_HOME": str(home), "ZEGA_PORT": str(port), **environment},
        )
    try:
        wait_until_up(f"http://127.0.0.1:{port}", running, log)
        yield running
    finally:
        running.terminate()
        running.wait(60)
        assert running.stdin is not None
        running.stdin.close()


class Studio:
    """A running page process: its address, its engine, its teacher, and who knows meanings, if anyone."""

    def __init__(self, url: str, engine: Engine, teacher: FakeLlamaCpp, meanings: str = "") -> None:
        self.url = url
        self.engine = engine
        self.teacher = teacher
        self.meanings = meanings

    def publish(self) -> None:
        """Serve every version there is, as the model server would."""
        versions = [
            version for user in self.engine.users() for version in self.engine.versions(user)
        ]
        places = {version.id: place for place, version in enumerate(versions)}
        self.engine.store.serving.publish(self.teacher.url, BASE, "01" * 32, places, self.meanings)


@contextmanager
def studio(folder: Path, *, delay: float = 0.02) -> Iterator[Studio]:
    """The page process alone on `folder`; the teacher takes `delay` seconds a word."""
    home, port = folder / "home", free_port()
    engine = open_engine(load_settings(home=home))
    with fake_llamacpp(delay=delay) as teacher:
        running = Studio(f"http://127.0.0.1:{port}", engine, teacher)
        running.publish()
        with process(["studio.web.server"], home, port):
            yield running
    engine.store.database.dispose()


@contextmanager
def studio_with_memory(folder: Path, *, delay: float = 0.02) -> Iterator[Studio]:
    """The page process with a real index of passages and a small stand-in for the model of meanings."""
    with (
        studio(folder, delay=delay) as running,
        chroma(folder / "index") as index,
        fake_embeddings() as meanings,
    ):
        publish(running.engine.settings.home, index.url)
        running.meanings = meanings.url
        running.publish()
        yield running


@dataclass(frozen=True)
class WholeStudio:
    """Every process of a running studio: its address, and an engine on the same home."""

    url: str
    engine: Engine


@contextmanager
def whole_studio(folder: Path, **environment: str) -> Iterator[WholeStudio]:
    """`zega run` on `folder` with the real weights; fails when it leaves a process behind."""
    home, port = folder / "home", free_port()
    engine = open_engine(load_settings(home=home))
    with process(["studio.cli", "run"], home, port, **environment) as running:
        yield WholeStudio(f"http://127.0.0.1:{port}", engine)
        family = psutil.Process(running.pid).children(recursive=True)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive, f"left behind: {alive}"
    engine.store.database.dispose()
