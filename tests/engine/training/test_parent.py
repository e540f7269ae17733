"""The parent's side of a training process, with a stand-in process instead of a training."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import Cancelled, EngineError, TrainingFailed
from engine.training import parent, process
from engine.training.endings import (
    DISK_FULL,
    MEASURING,
    OUT_OF_MEMORY,
    REFUSED,
    TAKEN_OVER,
    TOO_FEW_ROWS,
    is_disk_full,
    is_out_of_memory,
)
from engine.training.errors import DiskFull, Parked, ResumeRefused, RunTakenOver, TooFewRows

RUN: dict[str, Any] = {"recipe": {"batch_size": 4, "gradient_accumulation": 1}}


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replaces the training process by a Python script; `folder` is its first argument."""

    def use(script: str) -> None:
        prelude = (
            "import json, os, pathlib, signal, sys, time\nfolder = pathlib.Path(sys.argv[1])\n"
        )
        prelude += "run = json.loads((folder / 'run.json').read_text())\n"
        prelude += (
            "def done(result):\n"
            "    (folder / 'half').write_text(json.dumps(result))\n"
            "    os.replace(folder / 'half', folder / 'result.json')\n"
        )
        monkeypatch.setattr(process, "CHILD", [sys.executable, "-c", prelude + script])

    return use


def start(
    folder: Path,
    halved: list[int],
    cancelled: Any = lambda: False,
    stop_asked: Any = lambda: False,
) -> dict[str, Any]:
    return parent.train_in_child(
        folder,
        RUN,
        database_url="sqlite://",
        cancelled=cancelled,
        on_halved=halved.append,
        stop_asked=stop_asked,
        poll_seconds=0.02,
    )


def test_a_result_is_read_and_not_made_again(child: Any, tmp_path: Path) -> None:
    child("done({'tokens': 7})")
    assert start(tmp_path, []) == {"tokens": 7}
    child("sys.exit(9)")
    assert start(tmp_path, []) == {"tokens": 7}


@pytest.mark.parametrize("death", [f"sys.exit({OUT_OF_MEMORY})", "os.kill(os.getpid(), 9)"])
def test_a_death_by_memory_halves_the_batch_and_keeps_the_learning(
    child: Any, tmp_path: Path, death: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = itertools.count()  # the kernel counts one more each time
    monkeypatch.setattr(parent, "kernel_kills", lambda: next(kills))
    child(f"if run['recipe']['batch_size'] > 1:\n    {death}\ndone(run['recipe'])")
    halved: list[int] = []
    assert start(tmp_path, halved) == {"batch_size": 1, "gradient_accumulation": 4}
    assert halved == [2, 1]


def test_a_batch_of_one_that_dies_is_a_clear_failure(child: Any, tmp_path: Path) -> None:
    child(f"sys.exit({OUT_OF_MEMORY})")
    with pytest.raises(TrainingFailed, match="too small even for a batch of 1"):
        start(tmp_path, [])


def test_memory_that_runs_out_while_it_is_measured_is_not_blamed_on_the_batch(
    child: Any, tmp_path: Path
) -> None:
    child(f"(folder / '{MEASURING}').touch(); sys.exit({OUT_OF_MEMORY})")
    halved: list[int] = []
    with pytest.raises(TrainingFailed, match="ran out while it was measured"):
        start(tmp_path, halved)
    assert halved == []
    child("done({'left': [each.name for each in folder.iterdir()]})")
    assert MEASURING not in start(tmp_path, [])["left"]


@pytest.mark.parametrize("batch", range(1, 13))
@pytest.mark.parametrize("accumulation", [1, 2, 3])
def test_a_smaller_batch_makes_as_many_rows_a_step(
    tmp_path: Path, batch: int, accumulation: int
) -> None:
    """Whichever way it is found: by halving, or after a restart from the batch that was noted."""
    began = {"batch_size": batch, "gradient_accumulation": accumulation, "seed": 1}
    recipe = began
    while recipe["batch_size"] > 1:
        smaller = parent.halved(recipe, tmp_path)
        assert smaller["batch_size"] <= recipe["batch_size"] / 2
        assert smaller["batch_size"] * smaller["gradient_accumulation"] == batch * accumulation
        assert parent.with_batch(began, smaller["batch_size"]) == smaller
        recipe = smaller


ENDED_FROM_OUTSIDE = [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT]


@pytest.mark.parametrize("number", ENDED_FROM_OUTSIDE)
def test_a_death_that_is_not_for_want_of_memory_changes_nothing(
    child: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Ended twice, and the kernel had no part in it: the same batch again."""
    monkeypatch.setattr(parent, "kernel_kills", lambda: 7)
    child(
        "lives = folder / 'lives'\n"
        "lives.write_text((lives.read_text() if lives.exists() else '') + '.')\n"
        f"if len(lives.read_text()) < 3:\n    os.kill(os.getpid(), {int(number)})\n"
        "done(run['recipe'])"
    )
    halved: list[int] = []
    assert start(tmp_path, halved) == RUN["recipe"]
    assert halved == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_the_third_death_in_a_row_sets_the_training_aside_with_its_log(
    child: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(parent, "kernel_kills", lambda: 7)
    child(f"print('a life', file=sys.stderr, flush=True)\nos.kill(os.getpid(), {int(number)})\n")
    halved: list[int] = []
    with pytest.raises(Parked, match=f"signal {int(number)} .* 3 times") as caught:
        start(tmp_path, halved)
    assert str(caught.value).count("a life") == 3
    assert halved == []


def test_where_the_kernel_does_not_count_a_kill_is_taken_for_memory(
    child: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parent, "kernel_kills", lambda: None)
    child("if run['recipe']['batch_size'] > 2:\n    os.kill(os.getpid(), 9)\ndone(run['recipe'])")
    halved: list[int] = []
    assert start(tmp_path, halved)["batch_size"] == 2
    assert halved == [2]


def test_a_new_checkpoint_starts_the_count_of_deaths_again(tmp_path: Path) -> None:
    """One that is lost does not: the next one is new again."""
    deaths = parent.Deaths(tmp_path)
    folder = tmp_path / "checkpoints"
    for step in (0, 0, 5, 5, 9, 0, 4, 4):
        for lost in folder.glob("*"):
            shutil.rmtree(lost)
        if step:
            (folder / f"checkpoint-{step}").mkdir(parents=True)
        deaths.add(-signal.SIGTERM)
    with pytest.raises(Parked):
        deaths.add(-signal.SIGTERM)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (DISK_FULL, DiskFull),
        (REFUSED, ResumeRefused),
        (TAKEN_OVER, RunTakenOver),
        (TOO_FEW_ROWS, TooFewRows),
    ],
)
def test_each_known_ending_has_its_error(
    child: Any, tmp_path: Path, code: int, error: type[EngineError]
) -> None:
    child(f"print('threads was 1, is 2', file=sys.stderr); sys.exit({code})")
    with pytest.raises(error) as caught:
        start(tmp_path, [])
    assert ("threads was 1, is 2" in str(caught.value)) is (code in (REFUSED, TOO_FEW_ROWS))


def test_a_wish_to_stop_reaches_the_process(child: Any, tmp_path: Path) -> None:
    child(
        "(folder / 'begun').touch()\n"
        "while not (folder / 'stop').exists():\n    time.sleep(0.01)\n"
        "done({'tokens': 7})"
    )
    found = start(tmp_path, [], stop_asked=lambda: (tmp_path / "begun").exists())
    assert found == {"tokens": 7}


def test_another_failure_gives_its_last_line_and_its_log(child: Any, tmp_path: Path) -> None:
    child("print('first', file=sys.stderr); raise ValueError('a bad row')")
    with pytest.raises(TrainingFailed, match="ValueError: a bad row") as caught:
        start(tmp_path, [])
    assert "first" in caught.value.log_tail


def test_cancel_ends_the_process(child: Any, tmp_path: Path) -> None:
    child("(folder / 'pid').write_text(str(os.getpid())); time.sleep(60)")
    with pytest.raises(Cancelled):
        start(tmp_path, [], cancelled=lambda: (tmp_path / "pid").exists())
    pid = int((tmp_path / "pid").read_text() or "0")
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


def test_the_run_file_is_what_the_child_reads(child: Any, tmp_path: Path) -> None:
    child("done({'seen': run})")
    assert start(tmp_path, []) == {"seen": RUN}
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8")) == RUN


def test_what_counts_as_out_of_memory() -> None:
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 GB"))
    assert is_out_of_memory(OSError(12, "Cannot allocate memory"))
    assert is_out_of_memory(RuntimeError("fork: Cannot allocate memory"))
    wrapped = ValueError("a checkpoint")
    wrapped.__cause__ = MemoryError()
    assert is_out_of_memory(wrapped)
    assert not is_out_of_memory(OSError(28, "No space left on device"))
    assert not is_out_of_memory(ValueError("out of memory of what?"))
    assert not is_out_of_memory(RuntimeError("shapes do not match; allocate more patience"))


def test_what_counts_as_a_full_disk() -> None:
    assert is_disk_full(OSError(28, "No space left on device"))
    assert is_disk_full(RuntimeError("PytorchStreamWriter failed writing file data/0"))
    wrapped = ValueError("a checkpoint")
    wrapped.__cause__ = OSError(27, "File too large")
    assert is_disk_full(wrapped)
    assert not is_disk_full(OSError(13, "Permission denied"))
