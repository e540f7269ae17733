"""A teacher that always writes well: a real HTTP server on loopback that speaks the protocol of
llama.cpp's /v1/chat/completions (server-sent events) and answers with the good texts of
tests/data/quality_texts.yaml, those of the genre it is asked for in turn."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "data" / "quality_texts.yaml"


@cache
def good_texts() -> tuple[dict[str, str], ...]:
    """The rows of kind `good`: genre, prompt, text."""
    rows = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return tuple(row for row in rows if row["kind"] == "good")


@dataclass
class Script:
    """How the server behaves; may be changed while it runs.

    `delay` seconds pass before each piece. The next `errors` requests are answered with a 500, the
    next `cuts` after that break off in the middle; with `of_adapters` only requests that name an adapter
    are. `texts`, if any, are given out in turn instead of the good ones.
    """

    delay: float = 0.0
    errors: int = 0
    cuts: int = 0
    of_adapters: bool = False
    texts: Sequence[str] = ()

    def text_for(self, request: str, turn: int) -> str:
        """The answer to a request; `turn` counts requests."""
        asked = re.search(r"Write an? (.+?) story", request)
        genre = asked.group(1).replace("science fiction", "sci_fi") if asked else ""
        rows = [row for row in good_texts() if row["genre"] == genre.replace(" ", "_")]
        texts = self.texts or [row["text"] for row in rows or good_texts()]
        return texts[turn % len(texts)]


class FakeLlamaCpp:
    """The running server. `requests` are the bodies it was sent, in order."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.turns: Counter[str] = Counter()
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def fake_llamacpp(**script: Any) -> Iterator[FakeLlamaCpp]:
    """A running server with this `Script`."""
    server = FakeLlamaCpp(Script(**script))
    try:
        yield server
    finally:
        server.close()


def _handler(fake: FakeLlamaCpp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            self._json(200, [] if self.path == "/slots" else {"status": "ok"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with fake.lock:
                request = body["messages"][-1]["content"]
                opening = request.split(".")[0]  # the sentence that names the genre
                turn = fake.turns[opening]
                fake.turns[opening] += 1
                fake.requests.append(body)
                script = fake.script
                meant = bool(body.get("lora")) or not script.of_adapters
                failing = meant and script.errors > 0
                cut = meant and script.errors == 0 and script.cuts > 0
                script.errors -= failing
                script.cuts -= cut
            if failing:
                error = {"code": 500, "message": "out of order", "type": "server_error"}
                self._json(500, {"error": error})
                return
            text = script.text_for(request, turn)
            try:
                self._answer(text, cut)
            except (BrokenPipeError, ConnectionResetError):
                return  # the reader has enough

        def _answer(self, text: str, cut: bool) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            pieces = re.findall(r"\S+\s*", text)
            for piece in pieces[: len(pieces) // 2] if cut else pieces:
                time.sleep(fake.script.delay)
                self._event({"choices": [{"index": 0, "delta": {"content": piece}}]})
            if cut:
                return
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            usage = {"prompt_tokens": 50, "completion_tokens": len(pieces)}
            self._event({"choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")

        def _event(self, event: dict[str, Any]) -> None:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()

        def _json(self, status: int, payload: Any) -> None:
            data = json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler
