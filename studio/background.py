"""The studio's processes for the length of one command: those that nobody runs are started, and
ended with the command. A studio that is running is used as it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from engine.engine import Engine
from engine.lock import is_held
from engine.serving.model_server import is_healthy
from models.errors import Unavailable
from rag.errors import IndexUnavailable
from studio.processes import Child, KeptProcess, stop_all
from studio.supervisor import CHILDREN, SUPERVISOR_LOCK, environment_for

TEND_SECONDS = 0.5
# Loading a base model while other work has the cores.
SERVED_SECONDS = 180.0

Say = Callable[[str], object]
Answer = TypeVar("Answer")


@contextmanager
def background(
    engine: Engine, names: Sequence[str] = ("model-server", "memory", "worker"), *, say: Say
) -> Iterator[None]:
    """Keep these processes alive until the block ends, as far as nobody else does.

    With a database elsewhere nothing is started: its worker may be elsewhere, too, and two of them
    would take each other's jobs. `say` is told when a process dies.
    """
    if not engine.store.database.is_sqlite:
        yield
        return
    home = engine.settings.home
    (home / "logs").mkdir(exist_ok=True)
    processes = [kept(child, engine, say=say) for child in CHILDREN if child.name in names]
    stopping = threading.Event()
    tending = threading.Thread(target=tend_until, args=(stopping, processes, home), daemon=True)
    tending.start()
    try:
        yield
    finally:
        stopping.set()
        tending.join()
        stop_all(processes)


def kept(child: Child, engine: Engine, *, say: Say) -> KeptProcess:
    """A process of the studio that logs where the studio's own would."""
    log = engine.settings.home / "logs" / f"{child.name}.log"
    return KeptProcess(
        child,
        environment=environment_for(engine.settings),
        log=log,
        on_death=lambda child, code, pause: say(
            f"{child.name} ended (exit code {code}). Its log: {log}"
        ),
    )


def tend_until(stopping: threading.Event, processes: Sequence[KeptProcess], home: Path) -> None:
    """Start what nobody runs, also when it was somebody else's and has just ended."""
    while not stopping.is_set():
        for process in processes:
            locks = (home / f"{process.child.name}.lock", home / SUPERVISOR_LOCK)
            if process.is_running() or not any(map(is_held, locks)):
                process.tend()
        stopping.wait(TEND_SECONDS)


def when_ready(verb: Callable[[], Answer], seconds: float = SERVED_SECONDS) -> Answer:
    """What a verb answers once the processes it needs are up. Raises what it raises to the end."""
    again = Retrying(
        retry=retry_if_exception_type((Unavailable, IndexUnavailable)),
        stop=stop_after_delay(seconds),
        wait=wait_fixed(0.2),
        reraise=True,
    )
    return again(verb)


def wait_until_served(engine: Engine, seconds: float = SERVED_SECONDS) -> None:
    """Return once a living model server is published. Raises `Unavailable`."""
    deadline = time.monotonic() + seconds
    while True:
        generation = engine.store.serving.current()
        if generation is not None and is_healthy(generation.url):
            return
        if time.monotonic() >= deadline:
            log = engine.settings.home / "logs" / "model-server.log"
            raise Unavailable(f"The model server did not start in {seconds:.0f} s. Its log: {log}")
        time.sleep(0.1)
