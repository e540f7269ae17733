"""The memory's two servers as tests start them: Chroma's own, and a model of meanings in small.

The fake embedding server speaks the protocol of llama.cpp's /v1/embeddings. Its vectors count words by
their beginnings, so texts that share words are near each other."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rag.server import answers, free_port, url_of
from tests.processes import ROOT, wait_for

SIZE = 384
SERVE = """
import sys
from pathlib import Path
from models.lifeline import end_with_parent
from rag.server import serve
end_with_parent()
serve(Path(sys.argv[1]), int(sys.argv[2]))
"""


class Chroma:
    """A running server on a folder. It can be killed, and started again on another port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        port = free_port()
        self.url = url_of(port)
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self.folder), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        wait_for("Chroma's server", lambda: answers(self.url))

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()


@contextmanager
def chroma(folder: Path) -> Iterator[Chroma]:
    server = Chroma(folder)
    try:
        yield server
    finally:
        server.kill()


class FakeEmbeddings:
    """The running server. `texts` are all it was ever sent; `broken` makes it answer with a 500."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.broken = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def fake_embeddings() -> Iterator[FakeEmbeddings]:
    server = FakeEmbeddings()
    try:
        yield server
    finally:
        server.close()


def vector(text: str) -> list[float]:
    """A unit vector: how often each word occurs, by the first five letters."""
    counts = [0.001] * SIZE
    for word in re.findall(r"\w{3,}", text.lower()):
        counts[zlib.crc32(word[:5].encode()) % SIZE] += 1
    length = math.sqrt(sum(count * count for count in counts))
    return [count / length for count in counts]


def _handler(fake: FakeEmbeddings) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if fake.broken:
                self._json(500, {"error": {"code": 500, "message": "out of order"}})
                return
            fake.texts += body["input"]
            rows = [
                {"index": place, "embedding": vector(text)}
                for place, text in enumerate(body["input"])
            ]
            self._json(200, {"data": rows})

        def _json(self, status: int, payload: Any) -> None:
            data = json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler
