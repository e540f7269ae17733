"""The model server's process: `python -m engine.serving.process`.

Keeps one llama.cpp server published for as long as it lives, and ends when its stdin closes or at
SIGTERM. Which adapters are loaded, and when a new generation is due, is model_server.py's business.
"""

from __future__ import annotations

import logging
import signal
import threading

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.errors import StorageUnavailable
from engine.lock import hold_lock
from engine.serving.base import served_gguf
from engine.serving.embeddings import EmbeddingServer
from engine.serving.model_server import ModelServer
from engine.serving.seq2seq import Seq2SeqKeeper
from engine.store import Store
from models.catalog import find_base_model
from models.errors import ModelError
from models.lifeline import end_with_parent

log = logging.getLogger(__name__)

REFRESH_SECONDS = 1.0
RETRY_SECONDS = 5.0


def open_model_server(
    engine: Engine, embeddings: EmbeddingServer, seq2seq: Seq2SeqKeeper
) -> ModelServer:
    """The model server as the settings describe it; one slot more than auto-training fills."""
    settings = engine.settings_now
    logs = settings.home / "logs"
    logs.mkdir(exist_ok=True)
    return ModelServer(
        engine.store,
        settings.home,
        base_model=find_base_model(settings.base_model).name,
        gguf=served_gguf(settings),
        slots=settings.generation_slots + 1,
        context=settings.context,
        threads=settings.threads,
        hot_adapters=settings.hot_adapters,
        log_file=logs / "model-server.log",
        embeddings=embeddings.url,
        others_in_memory=seq2seq.is_in_memory,
    )


def keep_serving(server: ModelServer, seq2seq: Seq2SeqKeeper, stopping: threading.Event) -> None:
    """Refresh until `stopping` is set; a server that cannot start is tried again."""
    wait = 0.0
    while not stopping.wait(wait):
        wait = REFRESH_SECONDS
        try:
            seq2seq.tend()
            if server.refresh():
                log.info("a new generation of the model server answers")
        except (ModelError, StorageUnavailable) as error:
            log.error("%s", error)
            wait = RETRY_SECONDS


def withdraw(store: Store) -> None:
    """Take every address away."""
    store.serving.clear()
    store.seq2seq.publish("")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, lambda *_: stopping.set())
    engine = open_engine()
    lock = hold_lock(engine.settings.home / "model-server.lock", "The model server")
    # Where nobody answers any more, another process may: an address left by a crash is withdrawn.
    end_with_parent(lambda: withdraw(engine.store))
    withdraw(engine.store)
    logs = engine.settings.home / "logs"
    embeddings = EmbeddingServer(engine.settings.cache, log_file=logs / "embeddings.log")
    seq2seq = Seq2SeqKeeper(engine.store, home=engine.settings.home, log_file=logs / "seq2seq.log")
    server = open_model_server(engine, embeddings, seq2seq)
    try:
        keep_serving(server, seq2seq, stopping)
    finally:
        server.close()
        seq2seq.close()
        embeddings.close()
        lock.close()


if __name__ == "__main__":
    main()
