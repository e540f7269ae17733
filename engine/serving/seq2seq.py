"""Keeps a process for T5s while one is wanted: started on demand, ended when nobody asks any more.

Loading torch takes seconds, so it starts in a thread of its own: the base's server is tended meanwhile.
Part of the model server's process; which version answers is each request's business.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from engine.serving.model_server import is_busy
from engine.store import Store
from models.catalog import check_memory, find_base_model
from models.errors import ModelError, Unavailable

log = logging.getLogger(__name__)

IDLE = timedelta(minutes=10)
# With torch to load, on cores that may be busy.
START_SECONDS = 90.0
# Longer than this no answer keeps a training waiting for its room.
DRAIN = timedelta(seconds=120)
RETRY_SECONDS = 10.0
COMMAND = [sys.executable, "-m", "engine.serving.seq2seq_process"]
ROOT = Path(__file__).parent.parent.parent
SMALLEST = "t5-small"


class Seq2SeqProcess:
    """A running process; `url` is where it answers. Raises `Unavailable` when it does not start."""

    def __init__(self, environment: dict[str, str], log_file: Path | None) -> None:
        self._log: IO[bytes] | int = log_file.open("ab") if log_file else subprocess.DEVNULL
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=ROOT,
            env={**environment, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
        )
        try:
            self.url = self._address()
        except (ValueError, KeyError, TypeError) as error:
            self.close()
            raise Unavailable("The T5's process did not start; its log is seq2seq.log.") from error

    def _address(self) -> str:
        """What it says in its first line. Raises ValueError, KeyError and TypeError for anything else."""
        assert self._process.stdout is not None
        late = threading.Timer(START_SECONDS, self._process.kill)
        late.start()
        try:
            return str(json.loads(self._process.stdout.readline())["url"])
        finally:
            late.cancel()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and wait for it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if not isinstance(self._log, int):
            self._log.close()


class Seq2SeqKeeper:
    """Owns the process. Call `tend` every second or so, and in the end `close`."""

    def __init__(
        self,
        store: Store,
        *,
        home: Path,
        log_file: Path | None = None,
        idle: timedelta = IDLE,
    ) -> None:
        self._store = store
        self._environment = {
            **os.environ,
            "ZEGA_HOME": str(home.resolve()),
            "ZEGA_DATABASE_URL": store.database.url,
        }
        self._log_file = log_file
        self._idle = idle
        self._process: Seq2SeqProcess | None = None
        self._starting: threading.Thread | None = None
        self._not_before = 0.0

    def tend(self) -> None:
        """Start what is wanted, end what is not, and make room when a training asks for it."""
        if self._starting is not None:
            if self._starting.is_alive():
                return
            self._starting = None
        process = self._process
        if process is None:
            if self._is_wanted() and time.monotonic() >= self._not_before:
                self._not_before = time.monotonic() + RETRY_SECONDS
                self._starting = threading.Thread(target=self._start, name="seq2seq", daemon=True)
                self._starting.start()
        elif not process.is_alive():
            log.warning("the T5's process ended; it starts again when one is wanted")
            self._end(process)
        elif self._may_go(process):
            self._end(process)
        elif self._store.seq2seq.current().url != process.url:
            self._store.seq2seq.publish(process.url)
            log.info("T5s answer")

    def is_in_memory(self) -> bool:
        """Whether a T5's process is there, or on its way."""
        return self._process is not None or self._starting is not None

    def close(self) -> None:
        """Withdraw the address and end the process, also one that is still starting."""
        if self._starting is not None:
            self._starting.join(60)
        self._store.seq2seq.publish("")
        if self._process is not None:
            self._process.close()

    def _is_wanted(self) -> bool:
        if self._store.releases.standing():
            return False
        return datetime.now(UTC) - self._store.seq2seq.current().wanted_at < self._idle

    def _may_go(self, process: Seq2SeqProcess) -> bool:
        """Whether nobody wants it any more, or a training has waited long enough; then its address is
        taken away."""
        standing = self._store.releases.standing()
        if standing and datetime.now(UTC) - standing[0].asked_at > DRAIN:
            return True
        unused_for = timedelta() if standing else self._idle
        return not is_busy(process.url) and self._store.seq2seq.withdraw(unused_for=unused_for)

    def _start(self) -> None:
        try:
            check_memory(find_base_model(SMALLEST), "serve")
            self._process = Seq2SeqProcess(self._environment, self._log_file)
        except (ModelError, OSError) as error:
            log.error("no T5 can answer: %s", error)
            self._store.seq2seq.publish("", str(error))

    def _end(self, process: Seq2SeqProcess) -> None:
        self._store.seq2seq.publish("")
        process.close()
        self._process = None
