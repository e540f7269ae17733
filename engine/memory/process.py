"""The memory's process: `python -m engine.memory.process`.

Runs Chroma's server on loopback, publishes its address, and keeps the index as the database says: what
waits is indexed, what was forgotten leaves, and at the start both are compared. Ends when its stdin
closes, or at SIGTERM.
"""

from __future__ import annotations

import logging
import os
import threading

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.lock import hold_lock
from engine.memory.address import LOCK, publish, withdraw
from models.errors import ModelError, Unavailable
from models.lifeline import end_with_parent
from rag.errors import RagError
from rag.server import answers, free_port, serve, url_of

log = logging.getLogger(__name__)

FOLDER = "memory"
INDEX_FILE = "chroma.sqlite3"
ROUND_SECONDS = 2.0
START_SECONDS = 0.05


def tend(engine: Engine, url: str) -> None:
    """Keep the index for as long as it can be kept, then end the process: it is started again."""
    try:
        keep_indexed(engine, url)
        log.error("the index's files are gone: the memory starts again and makes them anew")
    except Exception:
        log.exception("the memory could not be kept up to date")
    withdraw(engine.settings.home)
    os._exit(1)


def keep_indexed(engine: Engine, url: str) -> None:
    """Publish the server once it answers, then bring the index up to date until its files are gone."""
    wait = threading.Event()
    while not answers(url):
        wait.wait(START_SECONDS)
    publish(engine.settings.home, url)
    log.info("the memory answers at %s", url)
    checked: set[str] = set()
    # The server goes on answering from files that were removed under it, but can write none.
    while (engine.settings.home / FOLDER / INDEX_FILE).exists():
        try:
            index_everybody(engine, checked)
        except Exception:  # the database may be away for a while; the memory must not be
            log.exception("the memory could not be brought up to date")
        wait.wait(ROUND_SECONDS)


def index_everybody(engine: Engine, checked: set[str]) -> None:
    """One round for all users; those not in `checked` are compared first, and added."""
    for user_id in engine.store.outbox.owners():
        try:
            index_user(engine, user_id, check=user_id not in checked)
            checked.add(user_id)
        except Unavailable:
            return  # the embedding model is starting: the next round comes soon
        except (RagError, ModelError) as error:
            log.warning("the memory of one user could not be indexed: %s", error)


def index_user(engine: Engine, user_id: str, *, check: bool) -> None:
    """One round for one user; with `check` the index is compared passage by passage first."""
    indexing = engine.memory.indexing
    if check and (differing := indexing.check(user_id)):
        log.info("the index differed from the database in %d passages", differing)
    if count := indexing.refresh(user_id):
        log.info("indexed %d passages", count)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    engine = open_engine()
    home = engine.settings.home
    lock = hold_lock(home / LOCK, "The memory")
    withdraw(home)

    end_with_parent(lambda: withdraw(home))
    port = free_port()
    threading.Thread(target=tend, args=(engine, url_of(port)), daemon=True).start()
    code = 1
    try:
        serve(home / FOLDER, port)
        code = 0  # asked to end by SIGTERM
    except Exception:
        log.exception("the memory's server ended")
    withdraw(home)
    lock.close()
    # Not the end of main: it would wait for a round that is running, which is safe to leave.
    os._exit(code)


if __name__ == "__main__":
    main()
