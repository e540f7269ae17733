"""The whole studio as people run it, on a home folder and a port of the test's own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.processes import ROOT, wait_for

CHROMIUM = "/usr/bin/chromium"
# A test only fails by time when something hangs.
expect.set_options(timeout=120_000)
PICTURES = ROOT / "var" / "screenshots"


@dataclass(frozen=True)
class Studio:
    """A running studio: its address, home folder and supervisor."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def picture(self, page: Page, name: str) -> Path:
        """A picture of the page as it stands, for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path)
        return path


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    environment = {
        **os.environ,
        "ZEGA_HOME": str(home),
        "ZEGA_PORT": str(port),
        "ZEGA_MIN_EXAMPLES": "8",
        "ZEGA_TRAIN_AT": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "studio.cli", "run"], cwd=ROOT, env=environment
    )
    try:
        wait_for("the studio answers", lambda: answers(port))
        yield Studio(f"http://127.0.0.1:{port}", home, process)
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.wait(30)
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive, f"left behind: {alive}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(120_000)
    yield page
    page.close()
