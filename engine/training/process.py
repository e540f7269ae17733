"""The training process as its parent holds it: started for one run folder, kept for the next one.

A kept process has its libraries, its base and its compiled code in memory. It is told the next folder by a
line on its stdin, which is also what it ends with its parent by (models/lifeline.py).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

log = logging.getLogger(__name__)

CHILD = [sys.executable, "-m", "engine.training.child"]
LOG_FILE = "train.log"
RESULT_FILE = "result.json"
NICENESS = 10
ROOT = Path(__file__).parent.parent.parent


class TrainingProcess:
    """At most one process, which trains one folder after another. Used by one thread at a time.

    After a training it stays for the next one if `stays()` says so.
    """

    def __init__(self, stays: Callable[[], bool] = lambda: False) -> None:
        self._stays = stays
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The block in which a training is begun and waited for; whatever ends it ends the process."""
        try:
            yield
        except BaseException:
            self.end()
            raise
        if not self._is_wanted():
            self.end()

    def held_mb(self) -> int:
        """Megabytes of memory that a process which waits has to itself: the next training's."""
        if self._process is None:
            return 0
        try:
            return int(psutil.Process(self._process.pid).memory_full_info().uss) // 2**20
        except psutil.Error:  # it is gone
            return 0

    def begin(self, folder: Path, database_url: str) -> None:
        """Let the process that waits train what the folder's run.json describes, or start one."""
        self._folder = folder.resolve()
        if not self._hand_over():
            self._start(database_url)

    def ending(self) -> int | None:
        """0 once the folder has a result, else the exit code; None while it trains."""
        assert self._process is not None
        if (self._folder / RESULT_FILE).exists():
            return 0
        return self._process.poll()

    def end(self) -> None:
        """End the process, whatever it does, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.close()

    def _is_wanted(self) -> bool:
        try:
            return self._stays()
        except (
            Exception
        ):  # the training has its result, whatever keeps the next one from being seen
            log.exception("whether another training waits could not be found out")
            return False

    def _hand_over(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            self.end()
            return False
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{self._folder}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:  # it had waited long enough
            self.end()
            return False
        return True

    def _start(self, database_url: str) -> None:
        environment = {
            **os.environ,
            "ZEGA_DATABASE_URL": database_url,
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }
        with (self._folder / LOG_FILE).open("ab") as log:
            self._process = subprocess.Popen(
                [*CHILD, str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=environment,
                start_new_session=True,
            )
        # People's answers come first. Set from here: code between fork and exec can deadlock in a
        # process that has threads, and the worker has many.
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
