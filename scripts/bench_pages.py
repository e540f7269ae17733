"""The pages' part of `make bench`: time to the first heading, in a real browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scripts.alternate import alternate

CHROMIUM = "/usr/bin/chromium"
EMPTY_APP = "import streamlit as st\nst.title('Empty')\n"


def bench_pages(home: Path) -> dict[str, float]:
    """From the start of the process to text on the screen: the studio against an empty app."""
    empty = home / "empty.py"
    empty.write_text(EMPTY_APP, encoding="utf-8")
    port = free_port()
    options = ["--server.port", str(port), "--server.headless", "true"]
    options += ["--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    studio = [sys.executable, "-m", "studio.web.server"]
    environment = {**os.environ, "ZEGA_HOME": str(home / "home"), "ZEGA_PORT": str(port)}

    def time_of(command: list[str]) -> Callable[[Path], float]:
        return lambda _: first_paint(command, port, environment)

    plain = [sys.executable, "-m", "streamlit", "run", str(empty), *options]
    found = alternate({"studio": time_of(studio), "empty": time_of(plain)}, home)
    return {
        "first_paint_seconds": round(found["studio"], 2),
        "first_paint_seconds_empty_app": round(found["empty"], 2),
        "first_paint_ratio": round(found["studio"] / found["empty"], 2),
    }


def first_paint(command: list[str], port: int, environment: dict[str, str]) -> float:
    """Seconds from starting `command` until a heading stands on its page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        try:
            wait_for_port(port)
            page.goto(f"http://127.0.0.1:{port}")
            page.wait_for_selector("h1, h2", timeout=60_000)
            return time.perf_counter() - started
        finally:
            process.kill()
            process.wait()
            browser.close()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port}")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
