"""Keeps the embedding model served beside the base: 46 MB that turn texts into vectors.

It is converted once a machine, which takes seconds and torch, so it starts in a thread of its own:
nobody's text waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from models.errors import ModelError
from models.gguf import embedding_gguf
from models.llamacpp_server import LlamaCppServer

log = logging.getLogger(__name__)

# One thread keeps up with two cores that are busy writing; two would wait for each other.
THREADS = 1
SLOTS = 2
# Tokens the embedding model reads at most.
CONTEXT = 512
RETRY_SECONDS = 10.0


class EmbeddingServer:
    """Owns the server process. `url` is where it answers; empty while it does not."""

    def __init__(self, cache: Path, *, log_file: Path | None = None) -> None:
        self._cache = cache
        self._log_file = log_file
        self._server: LlamaCppServer | None = None
        self._starting: threading.Thread | None = None
        self._closed = threading.Event()
        self._not_before = 0.0

    def url(self) -> str:
        """The address; starts the server again when it has died."""
        server = self._server
        if server is not None and server.is_alive():
            return server.url
        if self._starting is None and time.monotonic() >= self._not_before:
            self._starting = threading.Thread(target=self._start, name="embeddings", daemon=True)
            self._starting.start()
        return ""

    def close(self) -> None:
        """End the server, also one that is still starting."""
        self._closed.set()
        if self._starting is not None:
            self._starting.join(30)
        if self._server is not None:
            self._server.close()

    def _start(self) -> None:
        self._not_before = time.monotonic() + RETRY_SECONDS
        try:
            gguf = embedding_gguf(self._cache)
            if self._closed.is_set():
                return
            self._server = LlamaCppServer(
                gguf,
                slots=SLOTS,
                context=CONTEXT,
                threads=THREADS,
                embeddings=True,
                log=self._log_file,
            )
            log.info("the embedding model answers")
        except (ModelError, OSError) as error:
            log.error("the embedding model did not start: %s", error)
        finally:
            self._starting = None
