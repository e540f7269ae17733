"""Chroma's own server inside this process, on loopback. Its data can always be made again."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx


def serve(folder: Path, port: int) -> None:
    """Answer until the process ends. Blocks, without holding Python's lock."""
    from chromadb_rust_bindings import cli

    cli(["chroma", "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)])


def url_of(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def answers(url: str) -> bool:
    """Whether a Chroma server answers at this address."""
    try:
        reply = httpx.get(f"{url}/api/v2/heartbeat", timeout=2.0, trust_env=False)
        return "nanosecond heartbeat" in reply.json()
    except (httpx.HTTPError, ValueError):
        return False


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
