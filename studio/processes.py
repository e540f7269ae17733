"""Processes that are kept alive: each is started again when it dies, with growing pauses.

Every child's stdin is a pipe to this process, and it ends when that closes: no child outlives its
supervisor, not even one that was killed (models/lifeline.py). What children do is not known here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# A log longer than this is set aside at the next start, in place of the one set aside before.
LOG_BYTES = 5_000_000
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
# A child that lived this long has recovered: its next death is a first one again.
HEALTHY_SECONDS = 30.0
# How long children may take to end by themselves, and then after their pipe is closed.
TERM_SECONDS = 4.0
PIPE_SECONDS = 4.0


@dataclass(frozen=True)
class Child:
    """A process of the studio: `python -m module`, logging to `<name>.log`."""

    name: str
    module: str


class KeptProcess:
    """One child that is started again whenever it ends. `tend` it several times a second."""

    def __init__(
        self,
        child: Child,
        *,
        environment: Mapping[str, str],
        log: Path,
        on_death: Callable[[Child, int, float], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.child = child
        self._environment = dict(environment)
        self._log = log
        self._on_death = on_death
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = clock()
        self._pause = FIRST_PAUSE

    def tend(self) -> None:
        """Start the child when it is due; when it has died, say so and plan its restart."""
        if self._process is None:
            if self._clock() >= self._due:
                self._start()
        elif (code := self._process.poll()) is not None:
            self._let_go(self._process)
            if self._clock() - self._started >= HEALTHY_SECONDS:
                self._pause = FIRST_PAUSE
            self._due = self._clock() + self._pause
            self._on_death(self.child, code, self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def terminate(self) -> None:
        """Ask the child to end."""
        if self._process is not None:
            self._process.terminate()

    def cut(self) -> None:
        """Close the child's pipe: it ends at once."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    def kill(self) -> None:
        """End the child and what it started in its group, without asking."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._let_go(self._process)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> None:
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".old.log"))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.child.module],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # a Ctrl-C in the terminal is for the supervisor alone
            )
        self._started = self._clock()

    def _let_go(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
        self._process = None


def stop_all(processes: Sequence[KeptProcess]) -> None:
    """End all of them: asked first, then by closing their pipes, then by force."""
    for process in processes:
        process.terminate()
    _wait(processes, TERM_SECONDS)
    for process in processes:
        process.cut()
    _wait(processes, PIPE_SECONDS)
    for process in processes:
        process.kill()


def _wait(processes: Sequence[KeptProcess], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(process.is_running() for process in processes):
        time.sleep(0.05)
