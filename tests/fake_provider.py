"""What the fake providers have in common: a real HTTP server on loopback, how it misbehaves, and what
it was asked. Each protocol is in a file of its own."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fake_llamacpp import good_texts

KEY = "test-key-0123456789"


@dataclass
class Script:
    """How the server behaves; may be changed while it runs.

    `latency` seconds pass before an answer, `delay` before each piece. `faults` are taken one for
    each request, in order; "" answers well. `texts`, if any, are given out in turn instead of the
    good ones. A request must carry `key`, unless that is empty. A `metered` server counts tokens as
    real ones do (a word, a sign, a mark around a message), ends at `max_tokens` and tells what it
    counted.
    """

    latency: float = 0.0
    delay: float = 0.0
    faults: deque[str] = field(default_factory=deque)
    always: str = ""
    texts: tuple[str, ...] = ()
    key: str = KEY
    retry_after: str = "0"
    models: tuple[str, ...] = ("writer-large", "writer-small")
    metered: bool = False


@dataclass(frozen=True)
class Request:
    """What the server was sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class FakeProvider:
    """The running server. `most_at_once` is how many answers were running together at most, `read`
    and `written` are the tokens it counted, also of answers that nobody read to their end."""

    def __init__(self, handler: type[Handler], port: int = 0, **script: Any) -> None:
        script["faults"] = deque(script.get("faults", ()))
        self.script = Script(**script)
        self.requests: list[Request] = []
        self.running, self.most_at_once, self.abandoned = 0, 0, 0
        self.turn = 0
        self.read, self.written = 0, 0
        self.lock = threading.Lock()
        bound = type("Bound", (handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), bound)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        """Until somebody stops the process."""
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """One request: takes its fault and its text, and counts who is running."""

    protocol_version = "HTTP/1.1"
    fake: FakeProvider

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.take({})

    def do_POST(self) -> None:
        self.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def take(self, body: dict[str, Any]) -> None:
        fake, script = self.fake, self.fake.script
        with fake.lock:
            fake.requests.append(Request(self.path, dict(self.headers), body))
            fault = script.faults.popleft() if body and script.faults else script.always
            fake.running += 1
            fake.most_at_once = max(fake.most_at_once, fake.running)
            texts = script.texts or self.texts_for(body)
            text = texts[fake.turn % len(texts)]
            fake.turn += bool(body)
        try:
            time.sleep(script.latency if body else 0)
            if fault == "hang-up":
                self.close_connection = True
            elif fault == "silent":
                self.say_nothing()
            else:
                self.answer(body, fault, text)
        except (BrokenPipeError, ConnectionResetError):
            with fake.lock:
                fake.abandoned += 1
        finally:
            with fake.lock:
                fake.running -= 1

    def texts_for(self, body: dict[str, Any]) -> tuple[str, ...]:
        """The good texts of the genre that is asked for."""
        asked = re.search(r"Write an? (.+?) story", json.dumps(body))
        genre = asked.group(1).replace("science fiction", "sci_fi") if asked else ""
        rows = [row for row in good_texts() if row["genre"] == genre.replace(" ", "_")]
        return tuple(row["text"] for row in rows or good_texts())

    def answer(self, body: dict[str, Any], fault: str, text: str) -> None:
        raise NotImplementedError

    def json(self, status: int, payload: Any, **headers: str) -> None:
        data = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def say_nothing(self) -> None:
        """Until the client has enough and leaves."""
        self.close_connection = True
        self.rfile.read(1)

    def stream(self, kind: str, chunks: Iterable[str], *, fault: str = "") -> None:
        """Send chunks as they come. Of the faults "cut" drops the connection instead of ending the
        stream, and "stall" keeps it open."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        for chunk in chunks:
            data = chunk.encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        self.close_connection = True
        if fault == "stall":
            self.say_nothing()
        elif fault != "cut":
            self.wfile.write(b"0\r\n\r\n")

    def pieces(self, text: str, *, half: bool = False) -> Iterator[str]:
        """The words of a text, slowly; the first half of them where the answer breaks off."""
        words = re.findall(r"\S+\s*", text)
        for word in words[: len(words) // 2] if half else words:
            time.sleep(self.fake.script.delay)
            self.count(written=1)
            yield word

    def count(self, *, read: int = 0, written: int = 0) -> None:
        """So many tokens more."""
        with self.fake.lock:
            self.fake.read += read
            self.fake.written += written


@contextmanager
def running(handler: type[Handler], **script: Any) -> Iterator[FakeProvider]:
    """A running server with this `Script`."""
    server = FakeProvider(handler, **script)
    try:
        yield server
    finally:
        server.close()
