"""Room for a training: the models leave memory, what that frees is measured, and they come back.

The model server lets its base and a T5 go when a job asks (engine/store/releases.py). What they hold is
measured over the whole tree of the studio's processes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from engine.domain.job import Job
from engine.domain.two_phase import MemoryReading
from engine.engine import Engine
from engine.errors import Cancelled
from engine.lock import is_held
from engine.overview.resources import MEBIBYTE, processes_of
from models.errors import Unavailable

log = logging.getLogger(__name__)

# A server may finish what it answers, for two minutes at most, before it goes.
RELEASE_SECONDS = 180.0
SAMPLE_SECONDS = 3.0
SERVERS = ("models.llamacpp_server", "engine.serving.seq2seq_process")
TRAINER = "engine.training.child"


def measure(home: Path, moment: str) -> MemoryReading:
    """The memory of every process of the studio on this home, now."""
    unique = resident = models = trainer = 0
    for use in processes_of(home):
        with suppress(psutil.Error):
            process = psutil.Process(use.pid)
            full = process.memory_full_info()
            unique += full.uss
            resident += full.rss
            if use.module in SERVERS and "--embeddings" not in process.cmdline():
                models += full.rss
            if use.module == TRAINER:
                trainer += full.rss
    return MemoryReading(
        moment,
        uss_mb=round(unique / MEBIBYTE),
        rss_mb=round(resident / MEBIBYTE),
        models_mb=round(models / MEBIBYTE),
        trainer_mb=round(trainer / MEBIBYTE),
        at=datetime.now(UTC),
    )


class Peak:
    """Answers `cancelled()` and, each time some seconds have passed, measures beside."""

    def __init__(self, home: Path, cancelled: Callable[[], bool]) -> None:
        self.reading: MemoryReading | None = None
        self._home = home
        self._cancelled = cancelled
        self._not_before = 0.0

    def __call__(self) -> bool:
        if time.monotonic() >= self._not_before:
            now = measure(self._home, "training")
            if now.trainer_mb and (self.reading is None or now.uss_mb > self.reading.uss_mb):
                self.reading = now
            self._not_before = time.monotonic() + SAMPLE_SECONDS
        return self._cancelled()


@contextmanager
def room_for(
    engine: Engine, job: Job, cancelled: Callable[[], bool]
) -> Iterator[Callable[[], bool]]:
    """No language model is in memory while the block runs; gives what to ask whether to stop.

    Only for phase 2: any other training is run beside the served base. Raises `Cancelled`, and
    `Unavailable` when the base does not go.
    """
    phase_one = job.request.get("two_phase")
    if phase_one is None:
        yield cancelled
        return
    store, home = engine.store, engine.settings.home
    peak = Peak(home, cancelled)
    if not store.releases.standing():
        store.two_phases.add_memory(phase_one, measure(home, "before"))
    store.jobs.progress(job.id, stage="Making room: the large model leaves memory")
    store.releases.ask(job.id)
    try:
        wait_until_gone(engine, job.id, cancelled)
        store.two_phases.add_memory(phase_one, measure(home, "released"))
        yield peak
    finally:
        store.releases.end(job.id)
        if peak.reading is not None:
            store.two_phases.add_memory(phase_one, peak.reading)


def wait_until_gone(engine: Engine, job_id: str, cancelled: Callable[[], bool]) -> None:
    """Return once the model server has let go of every model, or none runs on this home."""
    deadline = time.monotonic() + RELEASE_SECONDS
    while time.monotonic() < deadline:
        mine = [each for each in engine.store.releases.standing() if each.job_id == job_id]
        if any(each.done_at is not None for each in mine):
            return
        if not is_held(engine.settings.home / "model-server.lock"):
            log.info("no model server runs here: there is nothing to let go of")
            return
        if cancelled():
            raise Cancelled("The training")
        time.sleep(0.2)
    raise Unavailable(
        f"The served model did not leave memory within {RELEASE_SECONDS:.0f} s, so the training was "
        "not started beside it. Start it again; what was accepted is safe."
    )
