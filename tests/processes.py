"""The studio's processes as tests start them: real, on a home folder of its own, and killable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from engine.bootstrap import open_engine
from engine.engine import Engine
from engine.jobs.work import Runner
from engine.lock import hold_lock
from engine.settings import Settings, load_settings
from tests.fake_llamacpp import FakeLlamaCpp

ROOT = Path(__file__).parent.parent
# A test only fails by time when something hangs: other work may share the cores.
PATIENCE_SECONDS = 120.0


def wait_for(what: str, is_so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Return once `is_so()`; fail the test, naming `what`, when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")


class Home:
    """A home folder with its engine; starts processes on it and ends them with the test.

    `cache` holds what is converted, shared with other homes.
    """

    def __init__(self, folder: Path, base_model: Path, *, cache: Path | None = None) -> None:
        self.folder = folder
        if cache is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "cache").symlink_to(cache)
        self.environment = {
            **os.environ,
            "ZEGA_HOME": str(folder),
            "ZEGA_BASE_MODEL": str(base_model),
            "ZEGA_GENERATION_SLOTS": "4",
            "ZEGA_TRAIN_AT": "0",
            # Two threads wait for each other at every step, endlessly when the cores are busy.
            "ZEGA_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        self.started: list[subprocess.Popen[bytes]] = []
        self.engine = self.open_engine()
        self.engine.ensure_user("anna")

    def open_engine(self) -> Engine:
        """Another engine on the same home, with the settings the processes get."""
        names = {f"ZEGA_{name.upper()}": name for name in Settings.model_fields}
        given = {key: text for key, text in self.environment.items() if key in names}
        return open_engine(load_settings(**{names[key]: text for key, text in given.items()}))

    def start(self, module: str) -> subprocess.Popen[bytes]:
        """Start `python -m module` with a lifeline to this process."""
        with (self.folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self.environment,
            )
        self.started.append(process)
        return process

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start("engine.jobs.worker")

    def publish(self, teacher: FakeLlamaCpp) -> None:
        """Make the fake teacher the model server everybody asks."""
        self.engine.store.serving.publish(teacher.url, "tiny", "0" * 64, {}, "")

    def state(self, job_id: str) -> str:
        return self.engine.store.jobs.get(job_id).state.value

    def logs(self) -> str:
        """The logs of all processes, to see why a test failed."""
        paths = [*self.folder.glob("*.log"), *self.folder.glob("logs/*.log")]
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in paths)

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()
        self.engine.store.database.dispose()


@contextmanager
def somebody_runs(home: Home, *names: str) -> Iterator[None]:
    """As if these processes ran: what they serve is this test's, and no command starts them."""
    with ExitStack() as locks:
        for name in names:
            locks.enter_context(hold_lock(home.folder / f"{name}.lock", name))
        yield


@contextmanager
def worked_here(home: Home) -> Iterator[None]:
    """Jobs are run by a thread of this process, as if all of the studio's ran."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.02):
            for job in home.engine.store.jobs.unfinished():
                Runner(home.engine).run(job.id)

    worker = threading.Thread(target=work)
    with somebody_runs(home, "model-server", "memory", "worker"):
        worker.start()
        try:
            yield
        finally:
            over.set()
            worker.join()


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, and wait until the kernel has cleared it away."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def descendants(pid: int) -> list[psutil.Process]:
    """Every process below this one, by whatever depth."""
    return psutil.Process(pid).children(recursive=True)


def is_gone(process: psutil.Process) -> bool:
    """Whether it has ended; one that nobody has waited for yet counts as ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
