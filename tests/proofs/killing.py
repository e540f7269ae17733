"""A supervised studio whose processes are killed on purpose, and the moments at which they are.

The base is the tiny model and the threshold is 0, so the real model server writes, every text counts
as kept, and an auto-training is followed by a training of its own accord.
"""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from engine.domain.job import Job, JobKind, JobState
from tests.processes import Home, descendants, is_gone, wait_for

SLOTS = 12
FEWEST_KEPT = 6
RUN = "tests.studio.stub_run"
READY = "ZEGA Studio is ready"
WORKER_READY = "the worker is ready"
# Jobs are done more than once and other work may share the cores: only a hang takes so long.
JOBS_SECONDS = 400.0

VICTIMS = ("worker", "model server", "supervisor")
# In the order a round goes through them, with the seconds within which a kill falls.
STAGES = {
    "queued": 0.4,
    "generating": 3.0,
    "snapshot": 1.0,
    "training": 8.0,
    "registering": 4.0,
    "comparing": 3.0,
    "idle": 1.0,
}
ORDER = tuple(STAGES)
# How the sentences begin that a training shows of itself.
SENTENCES = {
    "Training": "training",
    "Measuring": "training",
    "Registering": "registering",
    "Waiting": "comparing",
    "Comparing": "comparing",
}


@dataclass(frozen=True)
class Kill:
    """One kill: whom, in which stage, seconds until a successor answered, and which processes below
    it were still there then."""

    victim: str
    stage: str
    seconds: float
    orphans: tuple[str, ...]


def plan_rounds(rng: random.Random) -> list[list[str]]:
    """Seven rounds of three stages: each stage in three rounds, each two stages together in one."""
    deck = rng.sample(ORDER, len(ORDER))
    rounds = [
        [deck[(place + step) % len(deck)] for step in (0, 1, 3)] for place in range(len(deck))
    ]
    return [sorted(stages, key=ORDER.index) for stages in rounds]


class Studio:
    """The supervisor and all below it on a home of their own; `kill` one and it comes back."""

    def __init__(self, home: Home, rng: random.Random) -> None:
        self.home = home
        self.rng = rng
        home.environment |= {
            "ZEGA_PORT": str(free_port()),
            "ZEGA_KEEP_THRESHOLD": "0",
            "ZEGA_TRAIN_AT": str(FEWEST_KEPT),
            "ZEGA_MIN_EXAMPLES": str(FEWEST_KEPT),
        }
        self.url = f"http://127.0.0.1:{home.environment['ZEGA_PORT']}"
        self.supervisor = self._start()
        wait_for("the studio", lambda: self._is_back("supervisor", (0, 0, 0)))

    def play_round(self, user: str, kills: list[tuple[str, str]]) -> list[Kill]:
        """An auto-training and its training for a new user, with these (victim, stage) kills.

        Returns when every job is final.
        """
        self.home.engine.ensure_user(user)
        self.home.engine.start_auto_train(user, SLOTS)
        done = []
        for victim, stage in kills:
            self._wait_for_stage(user, stage)
            time.sleep(self.rng.uniform(0.0, STAGES[stage]))
            done.append(self.kill(victim, self.stage(user)))
        self._wait_for_stage(user, "idle")
        return done

    def stage(self, user: str) -> str:
        """Where the round is: one of `STAGES`."""
        job = self._newest_job(user)
        if job.state is JobState.QUEUED:
            return "queued"
        if job.kind is JobKind.AUTO_TRAIN:
            return "generating"
        if job.state.is_final:
            return "idle"
        return SENTENCES.get(job.stage.partition(" ")[0], "snapshot")

    def kill(self, name: str, stage: str) -> Kill:
        """kill -9; returns when a successor answers. Nobody but the supervisor is started here."""
        before = self._marks()
        victim = self._process(name)
        family = {child: " ".join(child.cmdline()) for child in victim.children(recursive=True)}
        started = time.monotonic()
        victim.kill()
        if name == "supervisor":
            self.supervisor.wait()
            self.supervisor = self._start()
        wait_for(f"a new {name}", lambda: self._is_back(name, before))
        seconds = time.monotonic() - started
        orphans = tuple(line for process, line in family.items() if not is_gone(process))
        return Kill(name, stage, seconds, orphans)

    def strangers(self) -> list[psutil.Process]:
        """Processes of this home that are not below the supervisor, found by their environment."""
        alive = self.supervisor.poll() is None
        ours = [self.supervisor.pid] if alive else []
        ours += [child.pid for child in descendants(self.supervisor.pid)] if alive else []
        return [process for process in of_home(self.home.folder) if process.pid not in ours]

    def stop(self) -> None:
        """End it as a person would, and wait for it."""
        self.supervisor.send_signal(signal.SIGTERM)
        assert self.supervisor.wait(60) == 0

    def _start(self) -> subprocess.Popen[bytes]:
        return self.home.start(RUN)

    def _newest_job(self, user: str) -> Job:
        return self.home.engine.jobs(user, limit=1)[0]

    def _wait_for_stage(self, user: str, stage: str) -> None:
        """Until the round has come so far, or further."""
        wanted = ORDER.index(stage)
        reached = lambda: ORDER.index(self.stage(user)) >= wanted  # noqa: E731
        wait_for(f"the stage {stage}", reached, seconds=JOBS_SECONDS)

    def _process(self, name: str) -> psutil.Process:
        """The process to kill; a model server is now its Python process, now its llama.cpp."""
        if name == "supervisor":
            return psutil.Process(self.supervisor.pid)
        module = {"worker": "engine.jobs.worker", "model server": "engine.serving.process"}[name]
        family = descendants(self.supervisor.pid)
        (found,) = [child for child in family if module in child.cmdline()]
        if name == "model server" and self.rng.random() < 0.5:
            return max(found.children(), key=lambda child: child.create_time())
        return found

    def _marks(self) -> tuple[int, int, int]:
        """What only grows: starts of the studio, of a worker, of a model server."""
        generation = self.home.engine.store.serving.current()
        return (
            count(self.home.folder / f"{RUN}.log", READY),
            count(self.home.folder / "logs" / "worker.log", WORKER_READY),
            generation.id if generation else 0,
        )

    def _is_back(self, name: str, before: tuple[int, int, int]) -> bool:
        """Whether each process that went down has a successor that answers."""
        pages, workers, generations = (
            now > old for now, old in zip(self._marks(), before, strict=True)
        )
        generation = self.home.engine.store.serving.current()
        serving = generations and generation is not None and answers(f"{generation.url}/health")
        whole = pages and workers and serving and answers(self.url)
        return {"worker": workers, "model server": serving, "supervisor": whole}[name]


def of_home(folder: Path) -> list[psutil.Process]:
    """Every live process whose environment names this home folder, but not this process."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("ZEGA_HOME") == str(folder) and not is_gone(process):
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            continue
    return found


def count(log: Path, words: str) -> int:
    return log.read_text(encoding="utf-8").count(words) if log.exists() else 0


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
