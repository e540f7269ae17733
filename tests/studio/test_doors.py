"""The three doors on one engine: Python, REST and the command line give the same results and errors."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.errors import EngineError
from tests.fake_llamacpp import FakeLlamaCpp, fake_llamacpp
from tests.processes import ROOT, Home, somebody_runs, wait_for

# What follows from the prompts that are drawn, anew each time, and from the clock.
DRAWN = {"kept", "rejected", "average_quality", "training_stats", "total_time"}
REQUEST: dict[str, Any] = {"num_examples": 4, "genres": ["horror"]}


@pytest.fixture
def teacher(home: Home) -> Iterator[FakeLlamaCpp]:
    with fake_llamacpp() as server:
        home.publish(server)
        yield server


class Doors:
    """One verb, asked for through each door; an answer is a result or the code of an error."""

    def __init__(self, home: Home) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        home.environment |= {"ZEGA_PORT": str(port)}
        home.start_worker()
        home.start("studio.web.server")
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False
        )
        wait_for("the web process", self._answers)

    def _answers(self) -> bool:
        try:
            return self.client.get("/training/genres").is_success
        except httpx.HTTPError:
            return False

    def python(self, user: str, num_examples: int, genres: list[str]) -> Any:
        try:
            return asdict(self.home.engine.auto_train(user, num_examples, genres))
        except EngineError as error:
            return error.code

    def rest(self, user: str, num_examples: int, genres: list[str]) -> Any:
        body = {"user_id": user, "num_examples": num_examples, "genres": genres}
        answer = self.client.post("/auto-train", json=body)
        return answer.json() if answer.is_success else answer.json()["code"]

    def terminal(self, user: str, num_examples: int, genres: list[str]) -> Any:
        chosen = [part for genre in genres for part in ("--genre", genre)]
        return self.command("auto-train", "--user", user, "--num", str(num_examples), *chosen)

    def command(self, *arguments: str) -> Any:
        """What `zega … --json` prints, or the code of its error."""
        done = subprocess.run(
            [sys.executable, "-m", "studio.cli", *arguments, "--json"],
            capture_output=True, text=True, cwd=ROOT, env=self.home.environment, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        if done.returncode == 1:
            assert done.stdout == ""
            return json.loads(done.stderr)["code"]
        return json.loads(done.stdout)


def test_the_same_work_gives_the_same_figures(home: Home, teacher: FakeLlamaCpp) -> None:
    doors = Doors(home)
    alike = []
    for user, door in (("anna", doors.python), ("ben", doors.rest), ("carl", doors.terminal)):
        home.engine.ensure_user(user)
        with somebody_runs(home, "model-server", "memory"):
            answer = door(user, **REQUEST)
        job = home.engine.jobs(user)[0]
        assert answer == asdict(home.engine.auto_train_result(user, job.id))
        assert answer["kept"] + answer["rejected"] == 4
        stats = doors.command("stats", "--user", user)
        assert stats["total_examples"] == answer["kept"]
        alike.append({name: value for name, value in answer.items() if name not in DRAWN})
    assert alike[0] == alike[1] == alike[2]
    assert (alike[0]["successful"], alike[0]["genre_distribution"]["horror"]) == (4, 4)
    total = sum(home.engine.get_stats(user).total_examples for user in home.engine.users())
    health = doors.client.get("/api/health").json()
    assert health["data_collector"]["total_examples"] == total
    genres = doors.client.get("/training/genres").json()
    assert genres == {"genres": home.engine.get_available_training_genres(), "total": 8}


@pytest.mark.parametrize(
    ("user", "num_examples", "genres"),
    [
        ("anna", 0, ["horror"]),
        ("anna", 501, ["horror"]),
        ("anna", 4, ["western"]),
        ("../anna", 4, ["horror"]),
        ("Anna", 4, ["horror"]),
    ],
)
def test_what_one_door_refuses_all_refuse(
    doors: Doors, user: str, num_examples: int, genres: list[str]
) -> None:
    request = (user, num_examples, genres)
    before = len(doors.home.engine.jobs("anna"))
    codes = {doors.python(*request), doors.rest(*request), doors.terminal(*request)}
    assert codes == {"invalid_input"}
    assert len(doors.home.engine.jobs("anna")) == before


@pytest.fixture(scope="module")
def doors(
    tmp_path_factory: pytest.TempPathFactory, tiny_gguf: Path, converted: Path
) -> Iterator[Doors]:
    """All three, on a home of their own that every refusal leaves as it is."""
    home = Home(tmp_path_factory.mktemp("doors"), tiny_gguf, cache=converted)
    yield Doors(home)
    home.close()


def test_too_few_examples_are_refused_alike(doors: Doors) -> None:
    with pytest.raises(EngineError) as refused:
        doors.home.engine.start_training("anna")
    made = doors.client.post("/api/training/jobs", json={"kind": "training", "user_id": "anna"})
    started = made
    if made.is_success:
        started = doors.client.post(
            f"/api/training/jobs/{made.json()['job_id']}/start", params={"user_id": "anna"}
        )
    codes = {refused.value.code, started.json()["code"], doors.command("train", "--user", "anna")}
    assert codes == {"not_enough_examples"}
