"""The process that T5s answer in: `python -m engine.serving.seq2seq_process`, started when one is wanted.

It listens on loopback and speaks as much of llama.cpp's protocol as `models/llamacpp.py` needs, below
`/versions/<id>`. Each request names a version, which is looked up, checked and loaded if it is not: so
another version answers from the next request on. One answer is written at a time. It ends with its parent.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from engine.domain.version import Student
from engine.errors import EngineError, NotFound
from engine.rendering import read_by_seq2seq
from engine.settings import load_settings
from engine.store import Store, open_store
from models.base import Message
from models.errors import ChecksumMismatch, ModelError
from models.lifeline import end_with_parent
from models.seq2seq import Seq2SeqWriter
from models.weights import verify

log = logging.getLogger(__name__)

# So many models stay loaded: the active one, and the one before for whoever goes back.
LOADED = 2
ANSWER_SECONDS = 120.0
MOST_BYTES = 1_000_000


class Models:
    """Versions' models by id, loaded when they are asked for; who was not asked longest leaves."""

    def __init__(self, store: Store, home: Path) -> None:
        self._store = store
        self._home = home
        self._loaded: OrderedDict[str, Seq2SeqWriter] = OrderedDict()

    def get(self, version_id: str) -> Seq2SeqWriter:
        """Raises `NotFound`, `Quarantined` and `ChecksumMismatch`."""
        version = self._store.versions.by_id(version_id)
        if version.student is not Student.T5:
            raise NotFound("T5", version_id)
        if version.quarantined_at is not None:
            self._loaded.pop(version_id, None)
        version.check_usable()
        if version_id not in self._loaded:
            verify(self._home / version.gguf_path, version.gguf_sha256)
            log.info("loading %s", version.label)
            self._loaded[version_id] = Seq2SeqWriter(self._home / version.adapter_path)
            while len(self._loaded) > LOADED:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(version_id)
        return self._loaded[version_id]


class Handler(BaseHTTPRequestHandler):
    """One connection; `server` has the models and the lock that gives turns."""

    server: Seq2SeqServer

    def do_GET(self) -> None:
        if self.path == "/health":
            self._send(200, {"status": "ok"})
        elif self.path == "/slots":
            self._send(200, [{"is_processing": self.server.turn.locked()}])
        else:
            self._send(404, {"error": {"code": 404, "message": "There is nothing here."}})

    def do_POST(self) -> None:
        match self.path.strip("/").split("/"):
            case ["versions", version_id, "v1", "chat", "completions"]:
                try:
                    self._answer(version_id)
                except ConnectionError:
                    log.info("the reader has left")
                finally:
                    self.close_connection = True
            case _:
                self._send(404, {"error": {"code": 404, "message": "There is nothing here."}})

    def _answer(self, version_id: str) -> None:
        """Write an answer as server-sent events; an error before the first is an HTTP error."""
        began = False
        try:
            asked = self._read()
            with self.server.turn:
                writer = self.server.models.get(version_id)
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                began = True
                self._stream(writer, asked)
        except ConnectionError:
            raise
        except (EngineError, ModelError, ChecksumMismatch, ValueError, OSError) as error:
            self._refuse(400, str(error), began=began)
        except Exception:  # torch raises RuntimeError for much, e.g. when memory runs out
            log.exception("an answer broke off")
            self._refuse(500, "The T5 broke off; its log is seq2seq.log.", began=began)

    def _refuse(self, code: int, message: str, *, began: bool) -> None:
        failure = {"error": {"code": code, "message": message}}
        if began:
            self._event(failure)
        else:
            self._send(code, failure)

    def _stream(self, writer: Seq2SeqWriter, asked: dict[str, Any]) -> None:
        messages = [Message(each["role"], each["content"]) for each in asked["messages"]]
        begun = messages[-1].content if messages[-1].role == "assistant" else ""

        def on_text(piece: str) -> None:
            # A token that brings no text yet is a comment: writing it shows whether anybody reads.
            if piece:
                self._event({"choices": [{"delta": {"content": piece}}]})
            else:
                self._send_bytes(b": \n\n")

        written = writer.write(
            read_by_seq2seq(messages),
            on_text,
            begun=begun,
            temperature=float(asked.get("temperature", 0.8)),
            top_p=float(asked.get("top_p", 0.95)),
            max_tokens=int(asked.get("max_tokens", 300)),
            seed=asked.get("seed"),
            stop=tuple(asked.get("stop") or ()),
            repeat_penalty=float(asked.get("repeat_penalty", 1.0)),
            seconds=ANSWER_SECONDS,
        )
        self._event(
            {
                "choices": [{"delta": {}, "finish_reason": written.reason}],
                "usage": {
                    "prompt_tokens": written.prompt_tokens,
                    "completion_tokens": written.completion_tokens,
                },
            }
        )
        self._send_bytes(b"data: [DONE]\n\n")

    def _read(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= MOST_BYTES:
            raise ValueError(f"a request has 1 to {MOST_BYTES:,} bytes, got {length:,}")
        asked: Any = json.loads(self.rfile.read(length))
        messages = asked.get("messages") if isinstance(asked, dict) else None
        if not isinstance(asked, dict) or not isinstance(messages, list) or not messages:
            raise ValueError("a request has messages")
        for each in messages:
            if not isinstance(each, dict) or not {"role", "content"} <= each.keys():
                raise ValueError("a message has a role and content")
        return asked

    def _event(self, payload: Any) -> None:
        self._send_bytes(b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n")

    def _send_bytes(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def _send(self, status: int, payload: Any) -> None:
        data = json.dumps(payload, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self._send_bytes(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are not logged: what they hold is people's."""


class Seq2SeqServer(ThreadingHTTPServer):
    """A server on a free port of loopback."""

    daemon_threads = True

    def __init__(self, models: Models) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.models = models
        self.turn = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    end_with_parent()
    settings = load_settings()
    import torch

    torch.set_num_threads(settings.threads)
    server = Seq2SeqServer(Models(open_store(settings.database), settings.home))
    print(json.dumps({"url": server.url}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
